import type { Kysely } from 'kysely';
import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';

/** The tables, for Kysely. */
export interface Tables {
  readonly bookings: { readonly id: string; readonly guest: string };
}

/** Books a table: the saga and the row are committed together, or not at all. */
export async function bookWithKysely(db: Kysely<Tables>, runner: Bookings, id: string, guest: string) {
  // #region book
  await db.transaction().execute(async (tx) => {
    await runner.start(booking, { table: 't-1', guest }, { id, tx });
    await tx.insertInto('bookings').values({ id, guest }).execute();
  });
  // #endregion book
}

/** Confirms it: the event and the row's change are committed together. */
export async function confirmWithKysely(db: Kysely<Tables>, runner: Bookings, id: string, guest: string) {
  await db.transaction().execute(async (tx) => {
    await runner.send(id, { type: 'CONFIRMED' }, { tx });
    await tx.updateTable('bookings').set({ guest }).where('id', '=', id).execute();
  });
}
