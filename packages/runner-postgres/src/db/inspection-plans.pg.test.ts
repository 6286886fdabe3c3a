import type { SagaStatus } from '@countermand/saga-core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freshDatabase, testPool } from '../test-support/migrated-database.js';
import { countStates, readStays } from './count-states.js';
import { Database } from './database.js';
import { findNeighbours } from './find-neighbours.js';
import { openPool } from './open-pool.js';
import { schemaNames } from './schema-name.js';
import { type SearchFilter, searchSagas } from './search-sagas.js';

const AT_REST = 4_000;
const LIVE = 40;
const BUDGET = 100;
/** What a look may read, whatever is in the table: its budget for the page and for where it ended, and a glance before. */
const BOUND = 2 * BUDGET + LIVE;

let database: Database;
beforeEach(async () => {
  const { url } = await freshDatabase();
  const pool = openPool(url, 1);
  onTestFinished(() => pool.end());
  database = new Database(pool, schemaNames('countermand'), () => undefined);
  await fill(url);
});

describe('a search among very many at rest reads no more than its budget', () => {
  const filter = { limit: 10, budget: BUDGET, statuses: ['running', 'compensating', 'rest'] as SagaStatus[] };
  const live = (status: SagaStatus) => ({ statuses: [status], most: LIVE });
  it.each<{ what: string; most?: number } & Partial<SearchFilter>>([
    { what: 'of everything' },
    { what: 'of what runs', ...live('running') },
    { what: 'of what compensates', ...live('compensating') },
    { what: 'of what is parked', ...live('parked') },
    { what: 'of what is parked and is not found', ...live('parked'), saga: 'nothing' },
    { what: 'of what is at rest', statuses: ['rest'] },
    { what: 'of what is at rest and is not found', statuses: ['rest'], state: 'NOWHERE' },
    { what: 'of a name that nobody has', saga: 'nothing' },
    { what: 'of a state that nobody is in', state: 'PAID.waiting' },
    {
      what: 'of a span of time',
      createdAfter: Date.now() - 3_000_000,
      createdBefore: Date.now() - 2_000_000,
    },
    { what: 'of an attribute that all have', attributes: { shop: 'one' }, most: 20 },
    { what: 'of an attribute that few have', attributes: { customer: 'customer-7' } },
    { what: 'of an attribute that nobody has', attributes: { customer: 'nobody' } },
    { what: 'of status and attribute', statuses: ['parked'], attributes: { customer: 'customer-7' } },
  ])('$what', async ({ what: _, most = BOUND, ...more }) => {
    const read = await rowsReadBy(() => searchSagas(database, { ...filter, ...more }));
    expect(read).toBeLessThanOrEqual(most);
  });

  it('of everything, deep down', async () => {
    const { sagas } = await searchSagas(database, { ...filter, createdBefore: Date.now() - 3_000_000 });
    const last = sagas.at(-1);
    const after = { createdAt: last?.createdAtText ?? '', id: last?.stored.id ?? '' };
    const read = await rowsReadBy(() => searchSagas(database, { ...filter, after }));
    expect(read).toBeLessThanOrEqual(BOUND);
  });
});

describe('the survey of states', () => {
  it('reads those that live and some pages of those at rest, and comes near to their number', async () => {
    let counted: Awaited<ReturnType<typeof countStates>> | undefined;
    const read = await rowsReadBy(async () => {
      counted = await countStates(database, { newest: 1_000, pages: 16 });
    });
    expect(read).toBeLessThan(AT_REST / 2);
    expect(counted).toMatchObject({ isComplete: true, isEstimated: true });
    const sum = (status: SagaStatus) =>
      counted?.groups.filter((row) => row.status === status).reduce((all, { sagas }) => all + sagas, 0);
    expect(sum('running')).toBe(20);
    expect(sum('rest')).toBeGreaterThan(AT_REST / 4);
    expect(sum('rest')).toBeLessThan(AT_REST * 4);
  });

  it('counts all of a table that is small', async () => {
    const { groups, isEstimated } = await countStates(database, { newest: 1_000 });
    const sum = groups.reduce((all, { sagas }) => all + sagas, 0);
    expect({ sum, isEstimated }).toEqual({ sum: AT_REST + LIVE, isEstimated: false });
  });

  it('says where there are more that live than it counts', async () => {
    expect(await countStates(database, { newest: 19 })).toMatchObject({ isComplete: false });
  });

  it('reads the stays of as many as it was told to, and of ten times as many the name', async () => {
    expect(await rowsReadBy(() => readStays(database, 'job', 10))).toBeLessThanOrEqual(BOUND);
  });
});

it('neighbours are looked for among 200 of each attribute, however many share it', async () => {
  const read = await rowsReadBy(() =>
    findNeighbours(database, 's-0', { shop: 'one', customer: 'customer-7' }),
  );
  expect(read).toBeLessThanOrEqual(200 + AT_REST / 200 + 1);
});

/**
 * Sagas at rest, one a second, and some of each live status among them, in tables that have no statistics. No page is
 * left of what another test had there: a sample of pages would find them empty.
 */
async function fill(url: string): Promise<void> {
  await testPool(url, 1).query(
    `truncate countermand.saga; insert into countermand.saga (id, saga, version, fingerprint, start_nonce, input_hash, created_at, attributes,
       status, settled, state, revision, updated_at, envelope)
     select 's-' || n, 'job', 1, 'f', gen_random_uuid(), 'h', now() - n * interval '1 second',
       jsonb_build_object('shop', 'one', 'customer', 'customer-' || n % 200),
       case when n % 101 <> 0 then 'rest' else
         (array['running', 'running', 'parked', 'compensating'])[1 + n / 101 % 4] end,
       true, case when n % 101 <> 0 then '"DONE"' else '{"PAID": "checking"}' end::jsonb, 1, now(), '{}'
     from generate_series(1, ${AT_REST + LIVE}) n`,
  );
}

/** Rows that this session's statements look at meanwhile. */
async function rowsReadBy(look: () => Promise<unknown>): Promise<number> {
  const before = await rowsRead();
  await look();
  return (await rowsRead()) - before;
}

async function rowsRead(): Promise<number> {
  await database.query('select pg_stat_force_next_flush()');
  const [read] = await database.query<{ n: number }>(
    `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as n
     from pg_stat_user_tables where schemaname = 'countermand'`,
  );
  return read?.n ?? 0;
}
