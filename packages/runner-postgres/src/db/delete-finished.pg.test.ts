import { expect, it, onTestFinished } from 'vitest';
import { freshDatabase, testPool } from '../test-support/migrated-database.js';
import { Database } from './database.js';
import { deleteFinished, type Position } from './delete-finished.js';
import { deleteUnclaimed, type MessagePlace } from './delete-unclaimed.js';
import { openPool } from './open-pool.js';
import { schemaNames } from './schema-name.js';

const NONCE = '00000000-0000-4000-8000-000000000001';
const DAY_MS = 86_400_000;

it('sagas that were finished long ago go with all of their rows; whatever may still happen keeps a saga', async () => {
  const { pool, prune, ids } = await withSagas({
    finished: {},
    'finished, with settled rows': { outbox: 'settled', inbox: 'applied' },
    'finished lately': { updated: '1 hour' },
    waiting: { settled: false, status: 'running' },
    parked: { settled: false, status: 'parked' },
    'with a timer': { outbox: 'pending' },
    'with a step under way': { outbox: 'leased' },
    'with a parked step': { outbox: 'parked' },
    'with a message that waits': { inbox: 'pending' },
    'with a deferred event': { envelope: { deferred: [{}], kept: [] } },
    'with a kept cause': { envelope: { deferred: [], kept: [{}] } },
  });
  expect(await prune()).toBe(2);
  expect((await ids('saga', 'id')).filter((id) => id.startsWith('finished'))).toEqual(['finished lately']);
  expect(await ids('saga', 'id')).toHaveLength(9);
  for (const table of ['outbox', 'inbox', 'history'])
    expect(await ids(table, 'saga_id')).not.toContain('finished, with settled rows');
  expect(await ids('history', 'saga_id')).toHaveLength(9);
  await pool.query(`update countermand.saga set updated_at = now() - interval '40 days'`);
  expect(await prune()).toBe(1);
});

it('a saga that somebody has locked is left to the next time', async () => {
  const { pool, prune } = await withSagas({ one: {}, other: {} });
  const holder = await pool.connect();
  await holder.query(`begin; select from countermand.saga where id = 'one' for update`);
  expect(await prune()).toBe(1);
  await holder.query('rollback');
  holder.release();
  expect(await prune()).toBe(1);
});

it('messages for sagas that never began go when they are old and nobody waits for them', async () => {
  const { pool, pruneMessages, ids } = await withSagas({ waiting: { inbox: 'ignored', settled: false } });
  await pool.query(
    `insert into countermand.inbox (saga_id, message_id, status, actor, nonce, received_at)
     select name, 'm', status, 'system', '${NONCE}', now() - age::interval
     from (values ('expired', 'ignored', '40 days'), ('expired too', 'ignored', '31 days'),
       ('expired lately', 'ignored', '1 day'), ('early', 'early', '40 days'), ('pending', 'pending', '40 days'))
       as x(name, status, age)`,
  );
  await pool.query(
    `update countermand.inbox set received_at = now() - interval '40 days' where saga_id = 'waiting'`,
  );
  expect(await pruneMessages()).toBe(2);
  expect(await ids('inbox', 'saga_id')).toEqual(['early', 'expired lately', 'pending', 'waiting']);
});

interface Made {
  readonly settled?: boolean;
  readonly status?: string;
  readonly updated?: string;
  readonly envelope?: object;
  readonly outbox?: string;
  readonly inbox?: string;
}

async function withSagas(sagas: Readonly<Record<string, Made>>) {
  const { url } = await freshDatabase();
  const pool = testPool(url);
  const own = openPool(url, 1);
  onTestFinished(() => own.end());
  const database = new Database(own, schemaNames('countermand'), () => undefined);
  for (const [id, made] of Object.entries(sagas)) {
    const {
      settled = true,
      status = 'rest',
      updated = '40 days',
      envelope = { deferred: [], kept: [] },
    } = made;
    await pool.query(
      `insert into countermand.saga (id, saga, version, fingerprint, start_nonce, input_hash, created_at, attributes,
         status, settled, state, revision, updated_at, envelope)
       values ($1, 'job', 1, 'f', '${NONCE}', 'h', now() - interval '40 days', '{}', $2, $3, '"A"', 1,
         now() - $4::interval, $5)`,
      [id, status, settled, updated, envelope],
    );
    await pool.query(
      `insert into countermand.history (saga_id, seq, at, event, outcome, "from", "to", actor)
       values ($1, 1, now(), 'start', 'applied', 'null', 'null', 'system')`,
      [id],
    );
    if (made.outbox !== undefined)
      await pool.query(
        `insert into countermand.outbox (saga_id, key, kind, status, id, visit, created_at)
         values ($1, 'work:1', 'step', $2, 'work', 1, now())`,
        [id, made.outbox],
      );
    if (made.inbox !== undefined)
      await pool.query(
        `insert into countermand.inbox (saga_id, message_id, status, actor, nonce, received_at)
         values ($1, 'm-1', $2, 'alice', '${NONCE}', now())`,
        [id, made.inbox],
      );
  }
  /** In bites of two sagas. */
  const prune = async () => {
    let deleted = 0;
    let from: Position | undefined;
    do {
      const walked = await deleteFinished(database, { olderThanMs: 30 * DAY_MS, from, limit: 2 });
      deleted += walked.deleted;
      from = walked.next;
    } while (from);
    return deleted;
  };
  const pruneMessages = async () => {
    let deleted = 0;
    let from: MessagePlace | undefined;
    do {
      const walked = await deleteUnclaimed(database, { olderThanMs: 30 * DAY_MS, from, limit: 2 });
      deleted += walked.deleted;
      from = walked.next;
    } while (from);
    return deleted;
  };
  const ids = async (table: string, column: string) => {
    const { rows } = await pool.query<{ id: string }>(
      `select ${column} as id from countermand.${table} order by 1`,
    );
    return rows.map(({ id }) => id);
  };
  return { pool, prune, pruneMessages, ids };
}
