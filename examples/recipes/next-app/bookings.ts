import { type Bookings, openBookings } from '../src/open-bookings.ts';

const kept = globalThis as typeof globalThis & { bookings?: Bookings };

/** One runner for the process: Next loads this file once for each route, and again after a change. */
export function bookings(): Bookings {
  kept.bookings ??= openBookings(process.env['DATABASE_URL'] ?? 'postgres://localhost/postgres');
  return kept.bookings;
}
