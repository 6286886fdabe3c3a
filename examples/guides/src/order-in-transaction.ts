import type { PostgresRunner } from '@countermand/runner-postgres';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { booking } from './table-saga.ts';

type Runner = Pick<PostgresRunner, 'start'>;

/** The tables of the shop itself. */
export interface Shop {
  readonly bookings: { readonly id: string; readonly guest: string };
}

/** Books with Kysely: the row and its saga are committed together, or not at all. */
export async function bookWithKysely(db: Kysely<Shop>, runner: Runner, row: Shop['bookings'], table: string) {
  const input = { table, guest: row.guest };
  // #region kysely
  await db.transaction().execute(async (tx) => {
    await tx.insertInto('bookings').values(row).execute();
    await runner.start(booking, input, { id: row.id, tx });
  });
  // #endregion kysely
}

/** The same with a client of `pg`. */
export async function bookWithPg(
  client: pg.ClientBase,
  runner: Runner,
  row: Shop['bookings'],
  table: string,
) {
  const input = { table, guest: row.guest };
  // #region pg
  await client.query('begin');
  await client.query('insert into bookings (id, guest) values ($1, $2)', [row.id, row.guest]);
  await runner.start(booking, input, { id: row.id, tx: client });
  await client.query('commit');
  // #endregion pg
}
