import { expect, it } from 'vitest';
import { LeaseKeeper } from './lease-keeper.js';
import { pause, systemClock } from './ports/clock.js';
import { silentLogger } from './ports/logger.js';
import type { LeasedRow } from './ports/outbox-rows.js';
import { type HandClock, handClock } from './test-support/hand-clock.js';
import { LEASE_MARGIN_MS, LEASE_MS, RENEW_MS } from './timing.js';

const row: LeasedRow = {
  ...{ sagaId: 's-1', key: 'pay:1', kind: 'step', status: 'leased', id: 'pay', visit: 1, step: 'pay' },
  ...{ role: 'invoke', queue: 'order.pay', attempt: 1, left: false, lease: 'lease-1', delivery: null },
  ...{
    dueAt: LEASE_MS,
    deadlineAt: null,
    input: null,
    idempotencyKey: null,
    traceparent: null,
    result: null,
  },
  ...{ lastError: null, createdAt: 0, saga: 'order', version: 1, leasedAt: 0 },
};

it.each([
  {
    what: 'is over when the database has answered is lost before anything begins',
    tookMs: LEASE_MS,
    lost: 1,
  },
  { what: 'was given at once is held', tookMs: 0, lost: 0 },
])('a lease that $what', ({ tookMs, lost }) => {
  const store = { renewLeases: () => Promise.resolve(new Set<string>()) };
  const keeper = new LeaseKeeper({ store, clock: systemClock, logger: silentLogger });
  let told = 0;
  keeper.hold(row, systemClock.now() - tookMs, () => {
    told += 1;
  });
  expect(told).toBe(lost);
  keeper.stop();
});

/** Lets what was promised go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** How long the database takes to answer. */
const ANSWER_MS = 50;

async function pass(clock: HandClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= ANSWER_MS) {
    clock.advance(Math.min(left, ANSWER_MS));
    await settled();
  }
}

/** Leases as a database would keep them. */
function leasesUntil(clock: HandClock) {
  const endsAt = new Map<string, number>();
  return {
    endsAt,
    ended: () => [...endsAt].filter(([, at]) => at <= clock.now()).map(([lease]) => lease),
    renewLeases: async (asked: readonly { readonly lease: string }[], leaseMs: number) => {
      const kept = asked.map(({ lease }) => lease).filter((lease) => (endsAt.get(lease) ?? 0) > clock.now());
      for (const lease of kept) endsAt.set(lease, clock.now() + leaseMs);
      await pause(clock, ANSWER_MS);
      return new Set(kept);
    },
  };
}

it('a database that is slow to answer for some leases makes no others late', async () => {
  const clock = handClock();
  const asked: string[][] = [];
  let answer: () => void = () => undefined;
  const store = {
    renewLeases: (leases: readonly { readonly lease: string }[]) => {
      const names = leases.map(({ lease }) => lease);
      asked.push(names);
      return new Promise<Set<string>>((resolve) => {
        answer = () => resolve(new Set(names));
      });
    },
  };
  const keeper = new LeaseKeeper({ store, clock, logger: silentLogger });
  const lost: string[] = [];
  const hold = (lease: string) => keeper.hold({ ...row, lease }, clock.now(), () => void lost.push(lease));
  hold('old');
  clock.advance(RENEW_MS - 100);
  hold('young');
  clock.advance(100);
  // Within the time of both.
  clock.advance(2_500);
  answer();
  await settled();
  clock.advance(0);
  answer();
  await settled();
  expect({ asked, lost }).toEqual({ asked: [['old'], ['old', 'young']], lost: [] });
  keeper.stop();
});

it('a process that stands still for two seconds, whenever that is, keeps its leases', async () => {
  for (let heldAt = 0; heldAt < RENEW_MS; heldAt += 90) {
    for (let stillAt = 0; stillAt < LEASE_MS; stillAt += 130) {
      const clock = handClock();
      const database = leasesUntil(clock);
      const keeper = new LeaseKeeper({ store: database, clock, logger: silentLogger });
      const lost: string[] = [];
      const hold = (lease: string) => {
        database.endsAt.set(lease, clock.now() + LEASE_MS);
        keeper.hold({ ...row, lease }, clock.now(), () => void lost.push(lease));
      };
      hold('first');
      await pass(clock, heldAt);
      hold('second');
      await pass(clock, stillAt);
      clock.standStill(2_000);
      await pass(clock, 2 * ANSWER_MS);
      expect({ heldAt, stillAt, lost, ended: database.ended() }).toEqual({
        ...{ heldAt, stillAt },
        ...{ lost: [], ended: [] },
      });
      keeper.stop();
    }
  }
});

it('a lease that the database refuses to prolong is told to be lost before another can take it', async () => {
  const clock = handClock();
  const refused = { renewLeases: () => Promise.reject(new Error('connection refused')) };
  const keeper = new LeaseKeeper({ store: refused, clock, logger: silentLogger });
  const lostAt: number[] = [];
  keeper.hold(row, clock.now(), () => void lostAt.push(clock.now()));
  // Between two looks, not at one.
  clock.advance(300);
  keeper.hold({ ...row, lease: 'lease-2' }, clock.now(), () => void lostAt.push(clock.now() - 300));
  await pass(clock, LEASE_MS);
  expect(lostAt).toEqual([LEASE_MS - LEASE_MARGIN_MS, LEASE_MS - LEASE_MARGIN_MS]);
  keeper.stop();
});
