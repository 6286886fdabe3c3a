import { postgresStore as realStore } from '../../../packages/runner-postgres/src/db/postgres-store.js';
import type { AssumedClaims } from '../../../packages/runner-postgres/src/ports/claims.js';
import type { MoveTransaction, Store } from '../../../packages/runner-postgres/src/ports/store.js';
import { flawed } from './flaws.js';
import { phasesUnderWay } from './observed-batcher.js';
import { type Point, reach } from './strike-point.js';
import { countMove, phaseOf } from './work-in-hand.js';

const ANY = ['any'] as const;

/** The store on PostgreSQL, with a point before and after everything that it does. */
export function postgresStore(...parts: Parameters<typeof realStore>): Store {
  const store = flawed(realStore(...parts));
  return {
    ...store,
    move: (body) => countMove(() => observedMove(store, body)),
    moveAssumed: (assumed, body) => countMove(() => observedAssumption(store, assumed, body)),
    async takeWakeups(request) {
      reach('before-take', ANY);
      const taken = await store.takeWakeups(request);
      if (taken.rows.length > 0) reach('after-take', ['any', ...taken.rows.map(phaseOf)]);
      return taken;
    },
    retryLater: (writes) => around('before-retry', 'after-retry', () => store.retryLater(writes)),
    redeliver: (rows) => around('before-redeliver', 'after-redeliver', () => store.redeliver(rows)),
    renewLeases: (...leases) => around('before-renew', 'after-renew', () => store.renewLeases(...leases)),
    removeWakeups: (wakeups) => around('before-remove', undefined, () => store.removeWakeups(wakeups)),
  };
}

async function observedMove<Result>(
  store: Store,
  body: (tx: MoveTransaction) => Promise<Result>,
): Promise<Result> {
  at('before-begin');
  const result = await store.move(async (tx) => {
    const made = await body(observedTransaction(tx));
    at('before-commit');
    soon('commit-sent');
    return made;
  });
  at('after-commit');
  return result;
}

async function observedAssumption<Result>(
  store: Store,
  assumed: AssumedClaims,
  body: (tx: MoveTransaction) => Promise<Result>,
): ReturnType<typeof store.moveAssumed<Result>> {
  at('before-begin');
  const moved = await store.moveAssumed(assumed, async (tx) => {
    const made = await body(observedTransaction(tx));
    at('before-commit');
    soon('commit-sent');
    return made;
  });
  if (moved) at('after-commit');
  return moved;
}

function observedTransaction(tx: MoveTransaction): MoveTransaction {
  return {
    ...tx,
    async claim(request) {
      at('before-lock');
      const claiming = tx.claim(request);
      soon('lock-sent');
      const claims = await claiming;
      at('after-lock');
      return claims;
    },
    async save(writes) {
      at('before-save');
      await tx.save(writes);
    },
  };
}

function at(point: Point): void {
  reach(point, phasesUnderWay());
}

/** When what was just sent is on its way, and its answer isn't read yet. */
function soon(point: Point): void {
  setImmediate(() => at(point));
}

async function around<Result>(before: Point, after: Point | undefined, run: () => Promise<Result>) {
  reach(before, ANY);
  const result = await run();
  if (after) reach(after, ANY);
  return result;
}
