import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';
import type { PrismaClient } from './generated/client.ts';

/** Books a table: the saga and the row are committed together, or not at all. */
export async function bookWithPrisma(db: PrismaClient, runner: Bookings, id: string, guest: string) {
  // #region book
  await db.$transaction(async (tx) => {
    await runner.start(booking, { table: 't-1', guest }, { id, tx });
    await tx.booking.create({ data: { id, guest } });
  });
  // #endregion book
}

/** Confirms it: the event and the row's change are committed together. */
export async function confirmWithPrisma(db: PrismaClient, runner: Bookings, id: string, guest: string) {
  await db.$transaction(async (tx) => {
    await runner.send(id, { type: 'CONFIRMED' }, { tx });
    await tx.booking.update({ where: { id }, data: { guest } });
  });
}
