import type { openChromium } from '../../../packages/console/src/test-support/chromium.ts';
import { contenderNamed } from '../contenders.ts';
import { DriverHandle } from '../driver-handle.ts';
import { waitingSaga } from '../waiting-saga.ts';
import type { serveConsole } from './serve-console.ts';

/** What happens while new sagas come. */
export interface LiveFigures {
  /** Sagas of five steps a second with no console open. */
  readonly without: number;
  /** The same with the list, a heat map and a saga open, each live. */
  readonly beside: number;
  /** From the end of a start's call until it stands on the list, under that load; milliseconds. */
  readonly shown: readonly number[];
}

const IN_FLIGHT = 100;
const SECONDS = 6;
const LOOKS = 10;
/** Longer than a saga takes to come on the list under load. */
const LONGEST_MS = 30_000;

/** Loads the database with new sagas from another process, and looks at them in the console. */
export async function measureLive(
  url: string,
  site: Awaited<ReturnType<typeof serveConsole>>,
  context: Awaited<ReturnType<typeof openChromium>>['context'],
): Promise<LiveFigures> {
  const driver = await DriverHandle.open(contenderNamed('countermand'), { url });
  try {
    await driver.loop({ inFlight: IN_FLIGHT, seconds: 2 });
    const without = await driver.loop({ inFlight: IN_FLIGHT, seconds: SECONDS });
    const pages = await Promise.all(
      ['sagas?type=waiting', 'sagas', 'machines/order'].map(async (place) => {
        const page = await context.newPage();
        await page.goto(site.url + place);
        await seesLive(page, place);
        return page;
      }),
    );
    const beside = await driver.loop({ inFlight: IN_FLIGHT, seconds: SECONDS });
    const [list] = pages;
    if (!list) throw new Error('there is no list');
    // A tab that isn't seen isn't connected, and shows nothing new.
    await list.bringToFront();
    await seesLive(list, 'the list');
    const shown: number[] = [];
    const load = driver.arrivals({ perSecond: 50, seconds: 2 * LOOKS });
    for (let look = 0; look < LOOKS; look += 1) {
      const { id } = await site.runner.start(waitingSaga, { waitMs: 86_400_000 });
      const since = performance.now();
      await list.getByText(id).waitFor({ timeout: LONGEST_MS });
      shown.push(performance.now() - since);
    }
    await load;
    await Promise.all(pages.map((page) => page.close()));
    return { without: without.perSecond, beside: beside.perSecond, shown };
  } finally {
    await driver.close();
  }
}

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof openChromium>>['context']['newPage']>>;

/** @throws Error when the page isn't connected: what would be measured is a page that nobody looks at */
async function seesLive(page: Page, what: string): Promise<void> {
  await page
    .getByText('Live', { exact: true })
    .waitFor({ timeout: LONGEST_MS })
    .catch(async () => {
      const visibility = await page.evaluate<string>('document.visibilityState');
      throw new Error(
        `${what} is not live after ${LONGEST_MS / 1_000} s; the browser says that it is ${visibility}`,
      );
    });
}
