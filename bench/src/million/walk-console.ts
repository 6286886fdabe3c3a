import type { openChromium } from '../../../packages/console/src/test-support/chromium.ts';

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof openChromium>>['context']['newPage']>>;

/** One thing that a person did, and how long it took; milliseconds. */
export interface Seen {
  readonly what: string;
  /** From the browser's request to the end of the server's answer. */
  readonly answered: number;
  /** Until it stood on the page. */
  readonly shown: number;
}

/** Runs in the page: whether it shows an answer. */
const SHOWS_LIST = `!document.body.innerText.includes('Loading …')
  && document.querySelector('.saga-link, .empty, .more') !== null`;
const DAY_MS = 86_400_000;
/** Pages of the list that are asked for one after the other. */
const PAGES = 10;

/** Which sagas are looked at. */
export interface Sights {
  /** None of few sagas is parked. */
  readonly parkedId: string | null;
  readonly orderId: string;
  readonly customer: string;
}

/**
 * Does once whatever one does in a console, and measures each.
 *
 * @param say - told where there are too few sagas for something
 */
export async function walkConsole(
  page: Page,
  url: string,
  sights: Sights,
  say: (line: string) => void = () => undefined,
): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const time = async (what: string, request: string, act: () => Promise<unknown>, shows = SHOWS_LIST) => {
    const answer = page.waitForResponse((response) => response.url().startsWith(`${url}api/${request}`));
    const startedAt = performance.now();
    await act();
    const response = await answer;
    await response.finished();
    await page.evaluate(until(shows, what));
    const shown = performance.now() - startedAt;
    const { requestStart, responseEnd } = response.request().timing();
    seen.push({ what, answered: responseEnd - requestStart, shown });
  };
  // As links and filters do it: another address, without loading the page anew.
  const go = (place: string) => {
    const address = JSON.stringify(new URL(place, url).pathname + new URL(place, url).search);
    return page.evaluate(
      `history.replaceState(null, '', ${address}); window.dispatchEvent(new Event('console:moved'))`,
    );
  };
  const list = async (what: string, query: string) => {
    const place = `sagas?${new URLSearchParams(query)}`;
    await time(what, place, () => go(place));
  };

  await time('the page itself, with what is parked first', 'sagas?', () => page.goto(url));
  for (const [what, query] of filters(sights)) await list(what, query);
  const more = (what: string, query: string) =>
    time(
      what,
      `sagas?${query}&cursor=`,
      () => page.locator('.more button').click(),
      `document.querySelector('.more button:disabled') === null`,
    );
  const turnPages = async (what: string, query: string) => {
    for (let turn = 0; turn < PAGES; turn += 1) {
      if ((await page.locator('.more button').count()) === 0) {
        say(`${what}: the list has ended after ${turn} of ${PAGES}; there are too few sagas for more`);
        return;
      }
      await more(what, query);
    }
  };
  await list('at rest, to go on from', 'status=rest');
  await turnPages('next page (the first ten)', 'status=rest');
  const middle = String(Date.now() - 45 * DAY_MS);
  await list('started before the middle of the million', `before=${middle}`);
  await turnPages('next page, half a million down', `before=${middle}`);
  await list('a state that nobody is in', 'state=NOBODY');
  await turnPages('look further back, 10,000 sagas at a time', 'state=NOBODY');

  await time('all machines', 'machines', () => go('machines'), has('.machine-card'));
  for (const name of ['order', 'five-steps', 'waiting']) {
    const place = `machines/${name}`;
    await time(`heat map of ${name}`, place, () => go(place), has('.sc-badge'));
  }
  for (const [what, id] of [
    ['one order, parked', sights.parkedId],
    ['one order, at rest', sights.orderId],
  ] as const) {
    if (id === null) {
      say(`${what}: there is none; make more sagas`);
      continue;
    }
    await time(what, `sagas/${id}`, () => go(`sagas/${id}`), has('.sc-active'));
  }
  return seen;
}

/** Longer than anything takes: by then it is known that the page doesn't come to show it. */
const LONGEST_MS = 60_000;

/**
 * Waits in the page, from frame to frame: its policy lets nobody evaluate text in it later on. A page that isn't seen has
 * no frames, so that the end of the wait is a timer's.
 */
function until(shows: string, what: string): string {
  const late = JSON.stringify(`'${what}' is not on the page after ${LONGEST_MS / 1_000} s`);
  return `new Promise((resolve, reject) => {
    const end = setTimeout(() => reject(new Error(${late})), ${LONGEST_MS});
    const look = () => {
      if (!(${shows})) return requestAnimationFrame(look);
      clearTimeout(end);
      resolve();
    };
    look();
  })`;
}

const has = (selector: string) => `document.querySelector('${selector}') !== null`;

/** Each filter, and pairs of them. */
function filters({ customer }: Sights): readonly (readonly [what: string, query: string])[] {
  const day = `within=${DAY_MS}`;
  return [
    ['status parked', 'status=parked'],
    ['status running', 'status=running'],
    ['status compensating', 'status=compensating'],
    ['status at rest', 'status=rest'],
    ['type order', 'type=order'],
    ['type waiting, 4 % of all', 'type=waiting'],
    ['state RESERVED, 0.3 % of all', 'state=RESERVED'],
    ['state PAID.checkingFraud, nobody now', 'state=PAID.checkingFraud'],
    ['attribute that 20 have', `attribute=customerId=${customer}`],
    ['attribute that 600,000 have', 'attribute=channel=web'],
    ['attribute that nobody has', 'attribute=customerId=nobody'],
    ['last day', day],
    ['started more than 80 days ago', `before=${Date.now() - 80 * DAY_MS}`],
    ['status parked, type order', 'status=parked&type=order'],
    ['status at rest, type order', 'status=rest&type=order'],
    ['status at rest, state CANCELLED', 'status=rest&state=CANCELLED'],
    ['status running, state RESERVED', 'status=running&state=RESERVED'],
    ['status at rest, last day', `status=rest&${day}`],
    ['status parked, attribute', 'status=parked&attribute=channel=phone'],
    ['type order, state FAILED', 'type=order&state=FAILED'],
    ['type order, attribute that 600,000 have', 'type=order&attribute=channel=web'],
    ['two attributes', `attribute=customerId=${customer}&attribute=channel=web`],
    ['attribute, last day', `attribute=channel=web&${day}`],
  ];
}
