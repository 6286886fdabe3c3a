import type { Session } from './session.js';

/** Milliseconds since the last commit that is shown, where not all is shown that was received; else 0. */
export async function readReplicaLag(session: Session): Promise<number> {
  const [row] = await session.query<{ lagMs: number | null }>(
    `select case when pg_is_in_recovery() and pg_last_wal_receive_lsn() is distinct from pg_last_wal_replay_lsn()
       then extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 * 1000 end as "lagMs"`,
  );
  return Math.max(0, row?.lagMs ?? 0);
}
