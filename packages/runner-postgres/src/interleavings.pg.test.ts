import type { SagaView } from '@countermand/saga-core';
import { eventually } from '@countermand/test-kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { type BarrierPool, barrierPool } from './test-support/barrier-pool.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { type DeskOptions, order, orderDesk, orderInput, paid } from './test-support/order-desk.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

/** Someone who wants to move the order: how, and what its line in the history is. */
interface Mover {
  readonly event: string;
  readonly act: (id: string) => Promise<unknown>;
  /** Resolves when it has come upon the lock of whoever was there before; asked for before it acts. */
  readonly meetsLock: () => Promise<unknown>;
}

/** The statement that locks sagas, and leaves out those that are locked. */
const CLAIM = /for no key update of s skip locked/i;

const ID = 'o-1';

/** A shop of three processes: one works, the customer and the gateway come to one each. Every commit can be held. */
async function shop(options: DeskOptions = {}) {
  const desk = orderDesk(options);
  const pools = Array.from({ length: 3 }, () => barrierPool(url)) as [BarrierPool, BarrierPool, BarrierPool];
  const [atWork, atCustomer, atGateway] = pools;
  const worker = openRunner({ pool: atWork.pool, sagas: [order], adapters: { order: desk.adapters } });
  const customer = openRunner({ pool: atCustomer.pool, sagas: [order] });
  const gateway = openRunner({ pool: atGateway.pool, sagas: [order] });
  const watching = testPool(url, 1);
  await Promise.all([customer.ready(), gateway.ready(), worker.work()]);
  await worker.start(order, orderInput, { id: ID });
  const reach = (state: string) =>
    worker.waitFor(ID, (view) => JSON.stringify(view.state).includes(state), { timeoutMs: 20_000 });
  const ofCustomer = { meetsLock: () => atCustomer.answered(CLAIM) };
  const ofGateway = { meetsLock: () => atGateway.answered(CLAIM) };
  const movers = {
    cancel: { ...ofCustomer, event: 'CANCEL', act: () => customer.send(ID, { type: 'CANCEL' }) },
    pay: { ...ofCustomer, event: 'PAY', act: () => customer.send(ID, { type: 'PAY' }) },
    news: { ...ofGateway, event: 'PAYMENT_SUCCEEDED', act: () => gateway.send(ID, paid) },
    packed: {
      ...ofGateway,
      event: 'WAREHOUSE_PACKED',
      act: () => gateway.send(ID, { type: 'WAREHOUSE_PACKED', parcelId: 'p' }),
    },
    ttl: {
      event: 'timer.RESERVATION_TTL',
      // Whoever was there before is about to settle its row.
      meetsLock: () =>
        eventually(async () => {
          const { rows } = await watching.query(
            `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          );
          expect(rows).toHaveLength(1);
        }),
      act: async () => {
        const pool = testPool(url);
        // This timer alone: behind the commit of a click on pay stands another one, which is not over.
        await pool.query(
          `update countermand.outbox set due_at = now()
           where kind = 'timer' and status = 'pending' and id like '%RESERVATION_TTL%'`,
        );
        await pool.query(`select pg_notify('countermand.countermand', '[]')`);
      },
    },
  } satisfies Record<string, Mover>;

  /** The first has decided and written, and holds the order's lock, when the second comes; then it commits. */
  async function inOrder(first: Mover, second: Mover): Promise<unknown[]> {
    const holds = pools.map((pool) => pool.hold(new RegExp(`"event":"${first.event}"`)));
    const one = first.act(ID);
    await Promise.race(holds.map(({ reached }) => reached));
    const met = second.meetsLock();
    const two = second.act(ID);
    // It has to wait, or to come again.
    await met;
    for (const hold of holds) hold.open();
    return await Promise.all([one, two]);
  }
  const settled = () => worker.waitFor(ID, (view) => view.settled, { timeoutMs: 20_000 });
  const outcomes = async (...events: string[]) =>
    (await worker.history(ID))
      .filter(({ event }) => events.includes(event))
      .map(({ event, outcome }) => `${event} ${outcome}`);
  return { desk, reach, movers, inOrder, settled, outcomes };
}

function stateOf(view: SagaView): string {
  return Object.keys(view.state as object)[0] ?? '';
}

describe('a cancel and the news that the payment succeeded, at the same instant', () => {
  it('cancelled first: the money is refunded once, and nothing is captured twice', async () => {
    const { desk, reach, movers, inOrder, settled, outcomes } = await shop({ captures: 'by news' });
    await reach('RESERVED');
    await movers.pay.act();
    await reach('capturing');
    await inOrder(movers.cancel, movers.news);
    const view = await settled();
    expect(stateOf(view)).toBe('CANCELLED');
    expect(await outcomes('CANCEL', 'PAYMENT_SUCCEEDED')).toEqual([
      'CANCEL applied',
      'PAYMENT_SUCCEEDED applied',
    ]);
    expect([desk.count('capture'), desk.count('refund'), desk.count('releaseStock')]).toEqual([1, 1, 1]);
    expect(view.openObligations).toEqual([]);
  });

  it('paid first: the order is paid, then cancelled, and the money is refunded once', async () => {
    const { desk, reach, movers, inOrder, settled, outcomes } = await shop({
      captures: 'by news',
      fraud: 'waits',
    });
    await reach('RESERVED');
    await movers.pay.act();
    await reach('capturing');
    await inOrder(movers.news, movers.cancel);
    const view = await settled();
    expect(stateOf(view)).toBe('CANCELLED');
    expect(await outcomes('CANCEL', 'PAYMENT_SUCCEEDED')).toEqual([
      'PAYMENT_SUCCEEDED applied',
      'CANCEL applied',
    ]);
    expect([desk.count('capture'), desk.count('refund'), desk.count('void')]).toEqual([1, 1, 0]);
    expect(view.openObligations).toEqual([]);
  });
});

describe('the end of a reservation and a click on pay, at the same instant', () => {
  it('ended first: the order is cancelled, the click changes nothing, no money moves', async () => {
    const { desk, reach, movers, inOrder, settled, outcomes } = await shop();
    await reach('RESERVED');
    await inOrder(movers.ttl, movers.pay);
    expect(stateOf(await settled())).toBe('CANCELLED');
    const told = await outcomes('PAY', 'timer.RESERVATION_TTL');
    expect(told[0]).toBe('timer.RESERVATION_TTL applied');
    expect(told).not.toContain('PAY applied');
    expect([desk.count('authorize'), desk.count('releaseStock')]).toEqual([0, 1]);
  });

  it('paid first: the timer is over with its state, and the order goes on', async () => {
    const { desk, reach, movers, inOrder, outcomes } = await shop();
    await reach('RESERVED');
    await inOrder(movers.pay, movers.ttl);
    await reach('CONFIRMED');
    expect(await outcomes('PAY', 'timer.RESERVATION_TTL')).toEqual(['PAY applied']);
    expect([desk.count('capture'), desk.count('releaseStock')]).toEqual([1, 0]);
  });
});

describe('a cancel and the parcel that leaves, at the same instant', () => {
  it('cancelled first: everything is undone, and the parcel is not sold', async () => {
    const { desk, reach, movers, inOrder, settled } = await shop();
    await reach('RESERVED');
    await movers.pay.act();
    await reach('awaitingPacking');
    await inOrder(movers.cancel, movers.packed);
    const view = await settled();
    expect(stateOf(view)).toBe('CANCELLED');
    expect([desk.count('commitStock'), desk.count('refund'), desk.count('releaseStock')]).toEqual([0, 1, 1]);
    expect(view.openObligations).toEqual([]);
  });

  it('packed first: there is no way back, and the cancel is told so', async () => {
    const { desk, reach, movers, inOrder, outcomes } = await shop();
    await reach('RESERVED');
    await movers.pay.act();
    await reach('awaitingPacking');
    const [, cancelled] = await inOrder(movers.packed, movers.cancel);
    expect(cancelled).toMatchObject({ outcome: 'ignored' });
    await reach('awaitingScan');
    expect(await outcomes('WAREHOUSE_PACKED', 'CANCEL')).toEqual([
      'WAREHOUSE_PACKED applied',
      'CANCEL ignored',
    ]);
    expect([desk.count('commitStock'), desk.count('refund'), desk.count('releaseStock')]).toEqual([1, 0, 0]);
  });
});
