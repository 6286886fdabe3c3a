import { createRunner } from '@countermand/runner-postgres';
import { booking } from './table-saga.ts';

/** A runner of bookings, whose restaurant always has a table. */
export function openBookings(connection: string) {
  return createRunner({
    connection,
    sagas: [booking],
    adapters: { booking: { holdTable: () => ({}), freeTable: () => ({}), remindGuest: () => ({}) } },
  });
}

/** What {@link openBookings} opens. */
export type Bookings = ReturnType<typeof openBookings>;
