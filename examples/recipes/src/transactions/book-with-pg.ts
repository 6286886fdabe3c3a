import type pg from 'pg';
import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';

/** Books a table: the saga and the row are committed together, or not at all. */
export async function bookWithPg(pool: pg.Pool, runner: Bookings, id: string, guest: string) {
  // #region book
  const client = await pool.connect();
  try {
    await client.query('begin');
    await runner.start(booking, { table: 't-1', guest }, { id, tx: client });
    await client.query('insert into bookings (id, guest) values ($1, $2)', [id, guest]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
  // #endregion book
}

/** Confirms it: the event and the row's change are committed together. */
export async function confirmWithPg(pool: pg.Pool, runner: Bookings, id: string, guest: string) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await runner.send(id, { type: 'CONFIRMED' }, { tx: client });
    await client.query('update bookings set guest = $2 where id = $1', [id, guest]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
