import { expect, it } from 'vitest';
import { assumedTransaction } from './assumed-claims.js';
import { failureKind } from './db/failure-kind.js';
import { Engine } from './engine.js';
import type { MoveItem } from './move-item.js';
import { systemChance } from './ports/chance.js';
import { type Clock, systemClock } from './ports/clock.js';
import { silentLogger } from './ports/logger.js';
import type { MoveTransaction, Store } from './ports/store.js';
import { SagaRegistry } from './saga-registry.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

/** Its waits pass at once, and no time with them. */
const clock: Clock = {
  ...systemClock,
  now: () => 1_000,
  setTimeout: (run) => setImmediate(run),
  clearTimeout: (it) => clearImmediate(it as NodeJS.Immediate),
};

const start = (n: number): MoveItem => ({
  ...{ kind: 'start', sagaId: `s-${n}`, saga: trip, input: { seat: `${n}`, amount: 1 } },
  ...{ inputHash: '', nonce: `n-${n}`, actor: 'system' },
});

/** A database that can be away: what is decided then comes to nothing. Notes how many leases it is asked about at once. */
function store() {
  const state = { isAway: false, tries: 0, asked: [] as number[] };
  const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const nothing = { sagas: new Map(), busy: new Set<string>(), inbox: new Map(), refused: new Map() };
  const tx: MoveTransaction = {
    claim: async () => ({ ...nothing, now: 1_000, claimed: new Map(), leftToOthers: new Set() }),
    reserveAbsent: async () => new Set(),
    publishOrder: async () => ({ subscriptions: new Map(), blocked: new Set(), next: [] }),
    save: () => Promise.resolve(),
  };
  const answering = async <Result>(work: () => Promise<Result>) => {
    if (state.isAway) throw away();
    return await work();
  };
  const own: Store = {
    move: (body) => answering(() => body(tx)),
    async moveAssumed(assumed, body) {
      const result = await body(assumedTransaction(assumed, tx, () => Promise.resolve()));
      state.tries += 1;
      return await answering(async () => ({ result, now: 1_000 }));
    },
    failureKind,
    takeWakeups: async () => ({ rows: [], full: [], stale: [], unknown: [] }),
    renewLeases(leases) {
      state.asked.push(leases.length);
      return Promise.resolve(new Set());
    },
    retryLater: async () => [],
    sweep: async () => ({ now: 1_000, timers: [], rows: [], inbox: [], queues: [] }),
    redeliver: async () => [],
    expireEarly: async () => 0,
    removeWakeups: () => Promise.resolve(),
    markStuck: () => Promise.resolve(),
    unstick: async () => false,
    notify: () => Promise.resolve(),
    find: async () => undefined,
    list: async () => [],
    history: async () => [],
  };
  return { own, state };
}

it('a database that stays away fills no memory with what was asked of it: the first are those in doubt', async () => {
  const { own, state } = store();
  const engine = new Engine({
    ...{ store: own, clock, chance: systemChance, logger: silentLogger },
    registry: new SagaRegistry([trip], tripAdapters().adapters),
    ...{ concurrency: 1_000, followUp: true },
  });
  // The first commit tells the time of the database.
  await engine.submit(start(0));
  engine.work();
  state.isAway = true;
  const starts = Array.from({ length: 200 }, (_, n) => engine.submit(start(n + 1)));
  while (state.tries < 12) await new Promise((resolve) => setImmediate(resolve));
  state.isAway = false;
  await Promise.all(starts);
  await engine.stop(0);
  expect(state.asked[0]).toBe(1_000);
});
