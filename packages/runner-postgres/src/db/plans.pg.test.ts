import { expect, it, onTestFinished } from 'vitest';
import type { AssumedClaims, ClaimRequest } from '../ports/claims.js';
import { systemClock } from '../ports/clock.js';
import { silentLogger } from '../ports/logger.js';
import type { MoveWrites } from '../ports/store.js';
import { PgBossQueue } from '../queue/pg-boss-queue.js';
import { freshDatabase, testPool } from '../test-support/migrated-database.js';
import { withoutAutovacuum } from '../test-support/without-autovacuum.js';
import { LEASE_MS } from '../timing.js';
import { Database } from './database.js';
import { openPool } from './open-pool.js';
import { postgresStore } from './postgres-store.js';
import { schemaNames } from './schema-name.js';

const FINISHED = 3_000;
/** What one saga's step may look at in any table. */
const FEW = 20;
const NONCE = '00000000-0000-4000-8000-000000000001';
const LEASE = '00000000-0000-4000-8000-000000000002';

const claimed: ClaimRequest = {
  sagaIds: ['s-0'],
  remembered: new Map(),
  startIds: ['s-new'],
  messages: [{ sagaId: 's-0', messageId: 'm-1' }],
  known: [{ name: 'job', version: 1 }],
  outbox: [
    {
      ...{ sagaId: 's-0', key: 'work:1', from: ['leased'], lease: LEASE, overdue: false },
      ...{ to: 'settled', result: { kind: 'done', output: null } },
    },
  ],
};

const saved: MoveWrites = {
  ...{ newSagas: [], history: [], received: [], decided: [], added: [], deliveries: [], notices: [] },
  sagas: [],
  forgotten: [],
  changed: [{ sagaId: 's-0', key: 'work:2', status: 'cancelled' }],
};

const assumed: AssumedClaims = {
  request: claimed,
  claims: {
    ...{ now: 0, sagas: new Map(), busy: new Set(), inbox: new Map() },
    ...{ claimed: new Map(), refused: new Map(), leftToOthers: new Set() },
  },
};

it.each([
  { what: 'empty', known: [] },
  { what: 'nearly empty, as was known of them', known: ['saga', 'outbox', 'inbox', 'history'] },
])(
  'plans that were made for tables that were $what look at no more rows once they are full',
  async ({ known }) => {
    const { url, database, store } = await storeWithoutAutovacuum();
    const step = async () => {
      await store.move(async (tx) => {
        await tx.claim(claimed);
        await tx.save(saved);
      });
      // Its row is settled by now: it is refused, by the same plan.
      expect(await store.moveAssumed(assumed, (tx) => tx.save(saved))).toBeUndefined();
      const request = { known: claimed.known, eventTypes: [], queues: ['job.work'], limit: 500 };
      expect((await store.sweep(request)).rows).toEqual([]);
      await store.renewLeases([{ sagaId: 's-0', key: 'work:1', lease: LEASE }], LEASE_MS);
    };
    if (known.length > 0) await fill(url, 'early', 1);
    for (const table of known) await database.query(`vacuum analyze countermand.${table}`);
    await step();
    await fill(url, 's', FINISHED);
    const before = await rowsRead(database);
    await step();
    expect((await rowsRead(database)) - before).toBeLessThan(FEW);
  },
);

it('a saga is found without a look at others, in tables of which nothing is known', async () => {
  const { url, database, store } = await storeWithoutAutovacuum();
  await store.find('s-0');
  await fill(url, 's', FINISHED);
  const before = await rowsRead(database);
  await store.find('s-0');
  expect((await rowsRead(database)) - before).toBeLessThan(FEW);
});

/** A store over one connection, about whose tables nothing is known but what the test has told. */
async function storeWithoutAutovacuum() {
  const { url } = await freshDatabase();
  await withoutAutovacuum(url);
  const pool = openPool(url, 1);
  onTestFinished(() => pool.end());
  const database = new Database(pool, schemaNames('countermand'), () => undefined);
  const queue = new PgBossQueue({ database, clock: systemClock, logger: silentLogger });
  return { url, database, store: postgresStore(database, queue) };
}

/** Finished sagas with their rows. */
async function fill(url: string, name: string, count: number): Promise<void> {
  const pool = testPool(url, 1);
  const ids = `generate_series(0, ${count - 1}) n`;
  await pool.query(
    `insert into countermand.saga (id, saga, version, fingerprint, start_nonce, input_hash, created_at, attributes,
       status, settled, state, revision, updated_at, envelope)
     select '${name}-' || n, 'job', 1, 'f', '${NONCE}', 'h', now(), '{}', 'rest', true, '"DONE"', 1, now(), '{}'
     from ${ids}`,
  );
  await pool.query(
    `insert into countermand.outbox (saga_id, key, kind, status, id, visit, step, role, queue, created_at, lease)
     select '${name}-' || n, 'work:' || v, 'step', case when n = 0 and v = 1 then 'leased' else 'settled' end, 'work', v,
       'work', 'invoke', 'job.work', now(), case when n = 0 and v = 1 then '${LEASE}'::uuid end
     from ${ids}, generate_series(1, 2) v`,
  );
}

/** Rows that this session's statements have looked at so far. */
async function rowsRead(database: Database): Promise<number> {
  await database.query('select pg_stat_force_next_flush()');
  const [read] = await database.query<{ n: number }>(
    `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as n
     from pg_stat_user_tables where schemaname = 'countermand'`,
  );
  return read?.n ?? 0;
}
