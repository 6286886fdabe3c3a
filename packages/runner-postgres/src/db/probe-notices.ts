import pg from 'pg';
import type { Session } from './session.js';

/**
 * Sends itself a notice, over a connection of its own.
 *
 * @returns the milliseconds that it took; `undefined` when it didn't come, as behind a pooler that keeps no sessions
 */
export async function probeNotices(
  session: Session,
  connectionString: string,
  limitMs: number,
): Promise<number | undefined> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  const channel = `countermand_doctor_${process.pid}`;
  await client.connect();
  try {
    const heard = new Promise<number>((resolve) =>
      client.on('notification', () => resolve(performance.now())),
    );
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    const sentAt = performance.now();
    await session.query('select pg_notify($1, $2)', [channel, 'round-trip']);
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), limitMs);
    const heardAt = await Promise.race([heard, late.promise]);
    clearTimeout(timer);
    return heardAt === undefined ? undefined : heardAt - sentAt;
  } finally {
    await client.end().catch(() => undefined);
  }
}
