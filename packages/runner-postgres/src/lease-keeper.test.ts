import { expect, it } from 'vitest';
import { LeaseKeeper } from './lease-keeper.js';
import { systemClock } from './ports/clock.js';
import { silentLogger } from './ports/logger.js';
import type { LeasedRow } from './ports/outbox-rows.js';
import { LEASE_MS, RENEW_MS } from './timing.js';

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

it('a database that is slow to answer for some leases makes no others late', async () => {
  let now = 0;
  let tick: { at: number; run: () => void } | undefined;
  const clock = {
    ...systemClock,
    now: () => now,
    setTimeout: (run: () => void, delayMs: number) => {
      // Waits for an answer besides the ticks: they are cleared again.
      const timer = { at: now + delayMs, run };
      if (delayMs <= RENEW_MS) tick = timer;
      return timer;
    },
    clearTimeout: () => undefined,
  };
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
  const hold = (lease: string) => keeper.hold({ ...row, lease }, now, () => void lost.push(lease));
  const next = async () => {
    if (tick) now = Math.max(now, tick.at);
    tick?.run();
    await new Promise((resolve) => setImmediate(resolve));
  };
  hold('old');
  now = 1_200;
  hold('young');
  await next();
  now = 5_000;
  answer();
  await new Promise((resolve) => setImmediate(resolve));
  await next();
  answer();
  await new Promise((resolve) => setImmediate(resolve));
  expect({ asked, lost }).toEqual({ asked: [['old'], ['old', 'young']], lost: [] });
  keeper.stop();
});
