import { answering } from '../../../answering.ts';
import { bookings } from '../../../bookings.ts';

/** What became of a booking. */
export const GET = answering(async (_request, { params }: { params: Promise<{ id: string }> }) => {
  const { id } = await params;
  const found = await bookings().get(id);
  if (!found) return Response.json({ title: 'There is no such booking' }, { status: 404 });
  return Response.json({ id, state: found.state, settled: found.settled });
});
