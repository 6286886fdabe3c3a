import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** The time by which due times, leases and times to live are judged: milliseconds since the epoch. */
export async function readTime(session: Session, { ours }: SchemaNames): Promise<number> {
  const [row] = await session.query<{ now: number }>(`select ${ours}.ms(${ours}.saga_now()) as now`);
  if (!row) throw new Error('the database tells no time');
  return row.now;
}
