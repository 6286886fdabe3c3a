import { booking } from '../../../src/table-saga.ts';
import { answering } from '../../answering.ts';
import { bookings } from '../../bookings.ts';

/** Books a table: the same `Idempotency-Key` again gives the same booking. */
export const POST = answering(async (request) => {
  const idempotencyKey = request.headers.get('idempotency-key');
  if (!idempotencyKey) return Response.json({ title: 'Idempotency-Key is missing' }, { status: 400 });
  const { id, created } = await bookings().start(booking, await request.json(), { idempotencyKey });
  const headers = { location: `/bookings/${id}` };
  return Response.json({ id }, { status: created ? 201 : 200, headers });
});
