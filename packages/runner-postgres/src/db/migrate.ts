import { SagaError } from '@countermand/saga-core';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type pg from 'pg';
import { migratePgBoss } from '../queue/pg-boss-queue.js';
import { connectTo } from './connect-to.js';
import { guardPool } from './guard-pool.js';
import { firstTables } from './migrations/0001-first-tables.js';
import { traces } from './migrations/0002-traces.js';
import { whatChangesLast } from './migrations/0003-what-changes-last.js';
import { packedEnvelopes } from './migrations/0004-packed-envelopes.js';
import type { SchemaNames } from './schema-name.js';
import { inTurn, pgSession, type Session } from './session.js';

/** Every migration, in order. One that was released is never changed. */
const MIGRATIONS: Readonly<Record<string, (names: SchemaNames) => readonly string[]>> = {
  '0001-first-tables': firstTables,
  '0002-traces': traces,
  '0003-what-changes-last': whatChangesLast,
  '0004-packed-envelopes': packedEnvelopes,
};

/**
 * Creates the tables or brings them up to date, ours and pg-boss's. Safe when many processes do it at once: they
 * take turns, and the later ones find nothing to do. Needs a role that may create schemas.
 *
 * @returns the migrations of ours that were missing
 */
export async function migrate(
  pool: pg.Pool,
  names: SchemaNames,
  onProgress: (progress: { readonly done: number; readonly total: number }) => void = () => undefined,
): Promise<readonly string[]> {
  // A connection that breaks in the middle is an error of the statement under way, and ends no process.
  const unguard = guardPool(pool, () => undefined);
  const client = await connectTo(pool).catch((error: unknown) => {
    unguard();
    throw error;
  });
  const lock = `countermand:migrate:${names.plain}`;
  try {
    // Held by the session, not by a transaction: there are several. It goes with the connection at the latest.
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [lock]);
    // pg-boss first: our clock function calls pg-boss's.
    // While pg-boss builds an index it looks at other things, too; a client takes one statement at a time.
    const session = inTurn(pgSession(client));
    const before = await migrationsDone(session, names);
    const missing = missingIn(before);
    const total = missing.length + 1;
    onProgress({ done: 0, total });
    await migratePgBoss(session, names.boss);
    onProgress({ done: 1, total });
    await client.query(`create schema if not exists ${names.ours}`);
    // Where nothing is missing a newer version may have been here; what it has made is none of this one's business.
    if (missing.length > 0)
      await migrateTables(client, names, (done) => onProgress({ done: done + 1, total }));
    await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lock]);
    client.release();
    return missing;
  } catch (error) {
    client.release(true);
    throw error;
  } finally {
    unguard();
  }
}

/** @throws SagaError `SCHEMA_OUTDATED` unless every migration of this version has run; those of newer ones may have, too */
export async function checkMigrated(session: Session, names: SchemaNames): Promise<void> {
  const done = await migrationsDone(session, names);
  const missing = missingIn(done);
  if (missing.length === 0) return;
  throw new SagaError(
    'SCHEMA_OUTDATED',
    `the tables in schema '${names.plain}' lack ${missing.join(', ')}; run 'countermand migrate' first`,
  );
}

/** The migrations of this version that haven't run. */
export async function missingMigrations(session: Session, names: SchemaNames): Promise<readonly string[]> {
  return missingIn(await migrationsDone(session, names));
}

/** Migrations that have run and that this version doesn't know: a newer one has made them. */
export async function unknownMigrations(session: Session, names: SchemaNames): Promise<readonly string[]> {
  const done = await migrationsDone(session, names);
  return [...done].filter((name) => !Object.hasOwn(MIGRATIONS, name));
}

function missingIn(done: ReadonlySet<string>): string[] {
  return Object.keys(MIGRATIONS).filter((name) => !done.has(name));
}

async function migrationsDone(session: Session, names: SchemaNames): Promise<ReadonlySet<string>> {
  const table = `${names.ours}.migration`;
  const [exists] = await session.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    table,
  ]);
  if (!exists?.found) return new Set();
  const rows = await session.query<{ name: string }>(`select name from ${table}`);
  return new Set(rows.map(({ name }) => name));
}

async function migrateTables(
  client: pg.PoolClient,
  names: SchemaNames,
  onDone: (count: number) => void,
): Promise<void> {
  // Kysely releases what it takes from a pool; this one client is released by whoever took it.
  const connection = new Proxy(client, {
    get(target, key) {
      if (key === 'release') return () => undefined;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const pool = { connect: async () => connection, end: async () => undefined, options: {} };
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrationsFor(names, onDone) },
    migrationTableSchema: names.plain,
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

function migrationsFor(names: SchemaNames, onDone: (count: number) => void): Record<string, Migration> {
  let count = 0;
  return Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, statements]) => [
      name,
      {
        async up(db: Kysely<unknown>) {
          for (const statement of statements(names)) await sql.raw(statement).execute(db);
          count += 1;
          onDone(count);
        },
      },
    ]),
  );
}
