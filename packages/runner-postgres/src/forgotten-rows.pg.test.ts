import { declined } from '@countermand/saga-core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Database } from './db/database.js';
import { openPool } from './db/open-pool.js';
import { postgresStore } from './db/postgres-store.js';
import { schemaNames } from './db/schema-name.js';
import type { OutboxClaim } from './ports/claims.js';
import { systemClock } from './ports/clock.js';
import { silentLogger } from './ports/logger.js';
import { rowId } from './ports/row-id.js';
import type { MoveWrites } from './ports/store.js';
import { PgBossQueue } from './queue/pg-boss-queue.js';
import { jobSaga } from './test-support/job-saga.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';

const LEASE = '00000000-0000-4000-8000-000000000002';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

const isOver = ({ status }: { status: string }) => status === 'rest';
const shown = { key: 'job:1', id: 'job', name: 'work', visit: 1, role: 'invoke', left: false };

describe('a step that was answered at once', () => {
  it.each([
    ['done', () => ({ ok: 'yes' })],
    ['declined', () => declined('NO')],
  ] as const)('%s leaves no row, and its saga shows it all the same', async (status, work) => {
    const { runner, id } = await ended(work);
    expect(await rows()).toEqual([]);
    const steps = [{ ...shown, status, attempts: 1 }];
    expect(await runner.get(id)).toMatchObject({ steps });
    expect((await runner.list()).items).toMatchObject([{ steps }]);
    expect(await runner.inspect.search()).toMatchObject({ items: [{ steps }] });
  });

  it('is known to whoever answers it once more, unlike one that never was', async () => {
    const { runner, id } = await ended(() => ({ ok: 'yes' }));
    const again = { outcome: 'ignored', reason: 'ALREADY_ANSWERED', duplicate: true };
    expect(await runner.answer(`${id}:job:1`, { output: { ok: 'again' } })).toEqual(again);
    await expect(runner.answer(`${id}:job:2`, { output: { ok: 'again' } })).rejects.toMatchObject({
      code: 'ANSWER_UNKNOWN',
    });
    expect(await runner.get(id)).toMatchObject({ context: { result: 'yes' } });
  });
});

it('a step that failed before it was done keeps its row, with the error', async () => {
  const { runner, id } = await ended(({ attempt }) => {
    if (attempt === 1) throw new Error('down');
    return { ok: 'yes' };
  });
  expect(await rows()).toEqual([{ key: 'job:1', status: 'settled' }]);
  const steps = [{ ...shown, status: 'done', attempts: 2, error: 'down' }];
  expect(await runner.get(id)).toMatchObject({ steps });
});

describe('a batch under a lock', () => {
  it('forgets what it has claimed, and tells what was forgotten from the history', async () => {
    const { runner, id } = await ended(() => ({ ok: 'yes' }));
    await putBack(id);
    const move = mover(id);
    const first = await move([{ sagaId: id, key: 'job:1' }]);
    expect(first.claimed.has(rowId(id, 'job:1'))).toBe(true);
    expect(await rows()).toEqual([]);
    const told = { key: 'job:1', id: 'job', visit: 1, status: 'settled', attempt: 1, isForgotten: true };
    const next = await move([]);
    expect([...next.claimed, ...next.refused]).toMatchObject([[rowId(id, 'job:1'), told]]);
    expect((await runner.get(id))?.steps).toMatchObject([{ ...shown, status: 'done' }]);
  });

  it('forgets nothing that somebody else has forgotten', async () => {
    const { id } = await ended(() => ({ ok: 'yes' }));
    const move = mover(id);
    await expect(move([{ sagaId: id, key: 'job:1' }])).rejects.toMatchObject({ code: '40001' });
  });
});

/** A saga of one step, which has ended. */
async function ended(work: (call: { attempt: number }) => { ok: string } | ReturnType<typeof declined>) {
  const saga = jobSaga('job');
  const runner = openRunner({ connection: url, sagas: [saga], adapters: { job: { work } } });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  await runner.waitFor(id, isOver);
  return { runner, id };
}

async function rows() {
  const { rows: found } = await testPool(url).query(
    `select key, status from countermand.outbox where kind = 'step'`,
  );
  return found;
}

/** As it was while the step was under way. */
async function putBack(id: string): Promise<void> {
  await testPool(url).query(
    `insert into countermand.outbox (saga_id, key, kind, status, id, visit, step, role, queue, attempt, lease, created_at)
     values ($1, 'job:1', 'step', 'leased', 'job', 1, 'work', 'invoke', 'job.work', 1, '${LEASE}', now())`,
    [id],
  );
}

/** Claims the step's row, and forgets. */
function mover(id: string) {
  const pool = openPool(url, 2);
  onTestFinished(() => pool.end());
  const database = new Database(pool, schemaNames('countermand'), () => undefined);
  const store = postgresStore(
    database,
    new PgBossQueue({ database, clock: systemClock, logger: silentLogger }),
  );
  const outbox: OutboxClaim[] = [
    {
      ...{ sagaId: id, key: 'job:1', from: ['leased'], lease: LEASE, overdue: false },
      ...{ to: 'settled', result: { kind: 'done', output: { ok: 'yes' } } },
    },
  ];
  return async (forgotten: MoveWrites['forgotten']) =>
    await store.move(async (tx) => {
      const claims = await tx.claim({
        ...{ sagaIds: [id], remembered: new Map(), startIds: [], messages: [], outbox },
        known: [{ name: 'job', version: 1 }],
      });
      const nothing = { newSagas: [], sagas: [], history: [], received: [], decided: [], added: [] };
      await tx.save({ ...nothing, changed: [], forgotten, deliveries: [], notices: [] });
      return claims;
    });
}
