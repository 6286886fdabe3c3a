import type { Knex } from 'knex';
import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';

/** Books a table: the saga and the row are committed together, or not at all. */
export async function bookWithKnex(db: Knex, runner: Bookings, id: string, guest: string) {
  // #region book
  await db.transaction(async (tx) => {
    await runner.start(booking, { table: 't-1', guest }, { id, tx });
    await tx('bookings').insert({ id, guest });
  });
  // #endregion book
}

/** Confirms it: the event and the row's change are committed together. */
export async function confirmWithKnex(db: Knex, runner: Bookings, id: string, guest: string) {
  await db.transaction(async (tx) => {
    await runner.send(id, { type: 'CONFIRMED' }, { tx });
    await tx('bookings').where({ id }).update({ guest });
  });
}
