import { eq } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';

const bookings = pgTable('bookings', { id: text().primaryKey(), guest: text().notNull() });

/** Books a table: the saga and the row are committed together, or not at all. */
export async function bookWithDrizzle(db: NodePgDatabase, runner: Bookings, id: string, guest: string) {
  // #region book
  await db.transaction(async (tx) => {
    await runner.start(booking, { table: 't-1', guest }, { id, tx });
    await tx.insert(bookings).values({ id, guest });
  });
  // #endregion book
}

/** Confirms it: the event and the row's change are committed together. */
export async function confirmWithDrizzle(db: NodePgDatabase, runner: Bookings, id: string, guest: string) {
  // #region confirm
  await db.transaction(async (tx) => {
    await runner.send(id, { type: 'CONFIRMED' }, { tx });
    await tx.update(bookings).set({ guest }).where(eq(bookings.id, id));
  });
  // #endregion confirm
}
