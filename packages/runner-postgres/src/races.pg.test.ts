import { beforeEach, describe, expect, it } from 'vitest';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { type DeskOptions, order, orderDesk, orderInput, paid } from './test-support/order-desk.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

/** `RACES`: how many of each; a thousand are a command of their own, `pnpm test:races`. */
const RACES = Number(process.env['RACES'] ?? 16);
/** Of so many each end has to be seen. */
const MANY = 100;
/** Orders that race at once. */
const AT_ONCE = 8;
/** By how many questions to the database one of the two comes later than the other, from race to race. */
const STAGGERS = [0, 0, 1, 2, 4, 8];

type Mover = 'cancel' | 'pay' | 'news' | 'packed' | 'ttl';

/** What an order is raced for, and what it comes to whoever wins. */
interface Race {
  readonly movers: readonly [Mover, Mover];
  /** A part of the state in which both come. */
  readonly from: string;
  readonly isOver: (state: string, settled: boolean) => boolean;
  /** By the state that it comes to: how often steps were carried out. */
  readonly ends: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Everything that is at work: a process that carries steps out, and one each for the customer and for the others. */
async function shop(options: DeskOptions) {
  const desk = orderDesk(options);
  const worker = openRunner({ connection: url, sagas: [order], adapters: { order: desk.adapters } });
  const customer = openRunner({ connection: url, sagas: [order] });
  const gateway = openRunner({ connection: url, sagas: [order] });
  await Promise.all([customer.ready(), gateway.ready(), worker.work()]);
  const pool = testPool(url, 4);
  const act: Record<Mover, (id: string) => Promise<unknown>> = {
    cancel: (id) => customer.send(id, { type: 'CANCEL' }),
    pay: (id) => customer.send(id, { type: 'PAY' }),
    news: (id) => gateway.send(id, paid),
    packed: (id) => gateway.send(id, { type: 'WAREHOUSE_PACKED', parcelId: 'p' }),
    async ttl(id) {
      await pool.query(
        `update countermand.outbox set due_at = now() where saga_id = $1
           and kind = 'timer' and status = 'pending' and id like '%RESERVATION_TTL%'`,
        [id],
      );
      await pool.query(`select pg_notify('countermand.countermand', '[]')`);
    },
  };
  /** One of the two, after the other has had its start. */
  const after = async (questions: number, move: () => Promise<unknown>) => {
    for (let asked = 0; asked < questions; asked += 1) await pool.query('select 1');
    await move();
  };
  return { desk, worker, act, after };
}

/** What should not have been, and ends that none of many came to. */
interface Raced {
  readonly wrong: readonly string[];
  readonly never: readonly string[];
}

async function run({ movers, from, isOver, ends }: Race, options: DeskOptions = {}): Promise<Raced> {
  const { desk, worker, act, after } = await shop(options);
  const seen = new Set<string>();
  const wrong: string[] = [];
  const race = async (index: number) => {
    const id = `o-${index}`;
    await worker.start(order, { ...orderInput, orderId: id }, { id });
    const comesTo = (part: string) =>
      worker.waitFor(id, (view) => JSON.stringify(view.state).includes(part), { timeoutMs: 60_000 });
    await comesTo('RESERVED');
    if (from !== 'RESERVED') {
      await act.pay(id);
      await comesTo(from);
    }
    const [first, second] = index % 2 === 0 ? movers : movers.toReversed();
    const stagger = STAGGERS[(index >> 1) % STAGGERS.length] ?? 0;
    if (!first || !second) throw new Error('it takes two');
    await Promise.all([act[first](id), after(stagger, () => act[second](id))]);
    const { state } = await worker.waitFor(id, (view) => isOver(JSON.stringify(view.state), view.settled), {
      timeoutMs: 60_000,
    });
    const text = JSON.stringify(state);
    const end = Object.keys(ends).find((name) => text.includes(name)) ?? text;
    seen.add(end);
    const wanted = ends[end];
    if (!wanted) wrong.push(`${id} came to ${text}`);
    for (const [step, times] of Object.entries(wanted ?? {})) {
      const made = desk.count(step, id);
      if (made !== times) wrong.push(`${id} is ${end} with ${made} ${step}`);
    }
    const history = await worker.history(id);
    if (history.some(({ seq }, line) => seq !== line + 1)) wrong.push(`${id} has a gap in its history`);
  };
  for (let begun = 0; begun < RACES; begun += AT_ONCE) {
    const some = Math.min(AT_ONCE, RACES - begun);
    await Promise.all(Array.from({ length: some }, (_, index) => race(begun + index)));
  }
  const never = RACES < MANY ? [] : Object.keys(ends).filter((end) => !seen.has(end));
  return { wrong, never };
}

const SOUND: Raced = { wrong: [], never: [] };
const refunded = { capture: 1, refund: 1, releaseStock: 1, commitStock: 0 };
const PATIENCE_MS = Math.max(60_000, RACES * 600);

describe('whoever is first, with no order forced', { timeout: PATIENCE_MS }, () => {
  it('a cancel and the news that the payment succeeded leave a cancelled order, refunded once', async () => {
    const race: Race = {
      movers: ['cancel', 'news'],
      from: 'capturing',
      isOver: (_, settled) => settled,
      ends: { CANCELLED: refunded },
    };
    expect(await run(race, { captures: 'by news' })).toEqual(SOUND);
  });

  it('a click on pay and the end of the reservation leave an order that is paid for, or one that nobody paid', async () => {
    const race: Race = {
      movers: ['pay', 'ttl'],
      from: 'RESERVED',
      isOver: (state, settled) => settled || state.includes('awaitingPacking'),
      ends: {
        CANCELLED: { authorize: 0, capture: 0, releaseStock: 1 },
        CONFIRMED: { authorize: 1, capture: 1, releaseStock: 0 },
      },
    };
    expect(await run(race)).toEqual(SOUND);
  });

  it('a cancel and the parcel that leaves leave an order that is given back, or one that is sold', async () => {
    const race: Race = {
      movers: ['cancel', 'packed'],
      from: 'awaitingPacking',
      isOver: (state, settled) => settled || state.includes('awaitingScan'),
      ends: { CANCELLED: refunded, SHIPPED: { commitStock: 1, refund: 0, releaseStock: 0 } },
    };
    expect(await run(race)).toEqual(SOUND);
  });
});
