import { expect, it } from 'vitest';
import { systemChance } from './ports/chance.js';
import { systemClock } from './ports/clock.js';
import { silentLogger } from './ports/logger.js';
import type { OutboxRow } from './ports/outbox-rows.js';
import type { SweepRequest } from './ports/store.js';
import { SagaRegistry } from './saga-registry.js';
import { Sweeper } from './sweeper.js';

function timerRow(n: number): OutboxRow {
  return {
    ...{ sagaId: `s-${n}`, key: 'timer:t:1', kind: 'timer', status: 'pending', id: 't', visit: 1 },
    ...{ step: null, role: null, queue: null, attempt: 0, left: false, lease: null, delivery: null },
    ...{ dueAt: 0, deadlineAt: null, input: null, idempotencyKey: null, traceparent: null, result: null },
    ...{ lastError: null, createdAt: 0 },
  };
}

it('of a million timers that are due no more wait in memory than are soon decided, and none is forgotten', async () => {
  let due = Array.from({ length: 1_000_000 }, (_, n) => n);
  const waiting: { n: number; decide: () => void }[] = [];
  let most = 0;
  const sweeper = new Sweeper({
    store: {
      sweep: ({ limit }: SweepRequest) => {
        most = Math.max(most, limit);
        const timers = due.slice(0, limit).map(timerRow);
        return Promise.resolve({ now: 1, timers, rows: [], inbox: [], queues: [] });
      },
      redeliver: async () => [],
      expireEarly: async () => 0,
      notify: () => Promise.resolve(),
    },
    registry: new SagaRegistry([], {}),
    ...{ clock: systemClock, chance: systemChance, logger: silentLogger },
    submit: ({ sagaId }) =>
      new Promise((resolve) => {
        const n = Number(sagaId.slice(2));
        waiting.push({ n, decide: () => resolve({ kind: 'done', applied: true }) });
      }),
    servedQueues: () => [],
    onQueues: () => undefined,
  });
  for (let n = 0; n < 30; n += 1) expect(await sweeper.sweep()).toBe(true);
  expect(waiting.length).toBe(5_000);
  expect(most).toBeLessThanOrEqual(5_500);
  const decided = new Set(waiting.map(({ n }) => n));
  for (const { decide } of waiting.splice(0)) decide();
  due = due.filter((n) => !decided.has(n));
  // Until the sweeper has heard of it.
  await new Promise((resolve) => setImmediate(resolve));
  await sweeper.sweep();
  expect(waiting.map(({ n }) => n)).toEqual(due.slice(0, 500));
});
