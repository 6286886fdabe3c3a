import { randomUUID } from 'node:crypto';
import { SagaError } from '@countermand/saga-core';
import pg from 'pg';
import { migrate } from './migrate.js';
import { openPool, type Pool } from './open-pool.js';
import { type SchemaNames, schemaNames } from './schema-name.js';

/** Tables that one test has to itself. */
export interface TestTables {
  readonly pool: Pool;
  readonly names: SchemaNames;
  /** Ends the pool and drops the tables. */
  drop(): Promise<void>;
}

const PREFIX = 'countermand_test_';

/** A name that nobody else would choose: nothing else is ever dropped. */
const OURS = /^countermand_test_[0-9a-f]{16}$/;

/**
 * Makes our tables and pg-boss's in two schemas with new names. Whoever makes some holds a lock on their name; those
 * whose maker is gone without it, a test run that was killed, are dropped here.
 *
 * @throws SagaError `SETTING_INVALID` where the database can't be reached or the role may not create schemas
 */
export async function createTestTables(databaseUrl: string): Promise<TestTables> {
  const names = schemaNames(PREFIX + randomUUID().replaceAll('-', '').slice(0, 16));
  const keeper = new pg.Client({ connectionString: databaseUrl, application_name: 'countermand' });
  // A server that goes away takes the tables' keeper with it; the tests hear of it from their own connections.
  keeper.on('error', () => undefined);
  // A test needs few, and each new one plans every statement anew.
  const pool = openPool(databaseUrl, 3);
  pool.on('error', () => undefined);
  try {
    await keeper.connect();
    // Before there is anything to drop: else somebody might take it for abandoned.
    await keeper.query('select pg_advisory_lock(hashtextextended($1, 0))', [names.plain]);
    await dropAbandoned(keeper);
    await migrate(pool, names);
  } catch (error) {
    await Promise.allSettled([pool.end(), keeper.end()]);
    const why = error instanceof Error ? error.message || error.name : String(error);
    throw new SagaError(
      'SETTING_INVALID',
      `no tables for a test at databaseUrl: ${why}; it takes a PostgreSQL and a role that may create schemas`,
    );
  }
  return {
    pool,
    names,
    async drop() {
      await pool.end();
      await dropSchemas(keeper, names);
      await keeper.end();
    },
  };
}

async function dropAbandoned(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace where starts_with(nspname, '${PREFIX}') order by nspname`,
  );
  // Of a pair whose making was cut off there may be one only.
  const found = new Set(rows.map(({ name }) => name.replace(/_boss$/, '')));
  for (const name of found) {
    if (!OURS.test(name)) continue;
    const { rows: tried } = await client.query<{ free: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as free',
      [name],
    );
    if (!tried[0]?.free) continue;
    await dropSchemas(client, schemaNames(name));
    await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]);
  }
}

async function dropSchemas(client: pg.Client, { ours, boss }: SchemaNames): Promise<void> {
  await client.query('set client_min_messages = warning');
  await client.query(`drop schema if exists ${boss} cascade`);
  await client.query(`drop schema if exists ${ours} cascade`);
}
