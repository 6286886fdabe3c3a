import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { CheckoutTables } from './tables.ts';

const firstTables: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table checkout.orders (
        id text primary key,
        customer_id text not null,
        items jsonb not null,
        total_amount bigint not null,
        total_currency text not null,
        shipping_address jsonb not null,
        shipping_method text not null,
        created_at timestamptz not null default now(),
        closed_at timestamptz
      )`.execute(db);
    await sql`create index orders_open on checkout.orders (customer_id) where closed_at is null`.execute(db);
    await sql`
      create table checkout.idempotency (
        principal text not null,
        route text not null,
        key text not null,
        body_hash text not null,
        response text not null,
        order_id text not null,
        created_at timestamptz not null default now(),
        primary key (principal, route, key)
      )`.execute(db);
    await sql`create index idempotency_age on checkout.idempotency (created_at)`.execute(db);
  },
};

/** What is personal or secret gets places of its own, from which it can be erased. */
const peopleApart: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table checkout.customers (login text primary key, subject text not null unique)`.execute(
      db,
    );
    // Orders that were placed before know their customer by the login.
    await sql`
      insert into checkout.customers (login, subject)
      select distinct customer_id, customer_id from checkout.orders`.execute(db);
    await sql`
      create table checkout.payment_tokens (
        order_id text not null,
        payment text not null,
        token text,
        fixed boolean not null,
        primary key (order_id, payment)
      )`.execute(db);
    await sql`alter table checkout.orders add column cancel_reason text`.execute(db);
  },
};

/** Every migration, in order. One that was released is never changed. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0002-people-apart': peopleApart,
};

/** Creates this server's own tables or brings them up to date. Processes that do it at once take turns. */
export async function migrateCheckout(db: Kysely<CheckoutTables>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // `if not exists` alone fails for one of two that come at once. Held until the commit.
    await sql`select pg_advisory_xact_lock(hashtext('checkout migrate'))`.execute(tx);
    await sql`create schema if not exists checkout`.execute(tx);
  });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => MIGRATIONS },
    migrationTableSchema: 'checkout',
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Names of the migrations that haven't run yet. */
export async function missingMigrations(db: Kysely<CheckoutTables>): Promise<readonly string[]> {
  const { rows: tables } = await sql<{ found: boolean }>`
    select to_regclass('checkout.migration') is not null as found`.execute(db);
  if (!tables[0]?.found) return Object.keys(MIGRATIONS);
  const { rows } = await sql<{ name: string }>`select name from checkout.migration`.execute(db);
  const done = new Set(rows.map(({ name }) => name));
  return Object.keys(MIGRATIONS).filter((name) => !done.has(name));
}
