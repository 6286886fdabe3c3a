import type { SagaStatus } from '@countermand/saga-core';
import type { StateGroup, StayRow } from '../survey-states.js';
import type { Database } from './database.js';

const STATUSES: readonly SagaStatus[] = ['running', 'compensating', 'parked', 'rest'];

/**
 * How many of the newest sagas of each status are in which state. The index of status and time brings them, so that
 * a million sagas at rest cost no more than the limit.
 */
export async function countStates(
  database: Database,
  saga: string,
  newest: number,
): Promise<{ readonly groups: readonly StateGroup[]; readonly isComplete: boolean }> {
  const { ours } = database.names;
  const parts = STATUSES.map(
    (_, index) => `(select s.saga, s.status, s.state, s.updated_at from ${ours}.saga s
      where s.status = $${index + 3} order by s.created_at desc, s.id desc limit $2 + 1)`,
  );
  const rows = await database.transaction((session) =>
    session.query<StateGroup & { readonly saga: string }>(
      `select u.saga, u.status, u.state, count(*)::int as sagas,
         greatest(0, ${ours}.ms(${ours}.saga_now()) - ${ours}.ms(min(u.updated_at))) as "longestMs"
       from (${parts.join(' union all ')}) u where $1::text is not null group by u.saga, u.status, u.state`,
      [saga, newest, ...STATUSES],
    ),
  );
  const isComplete = STATUSES.every(
    (status) =>
      rows.filter((row) => row.status === status).reduce((sum, row) => sum + row.sagas, 0) <= newest,
  );
  return { groups: rows.filter((row) => row.saga === saga), isComplete };
}

/** The histories of the newest sagas of this name, in order within each. */
export async function readStays(
  database: Database,
  saga: string,
  sample: number,
): Promise<{ readonly rows: readonly StayRow[]; readonly sampled: number }> {
  const { ours } = database.names;
  // Of those that are looked at few may be of this name: no more than ten times the sample is read.
  const rows = await database.transaction((session) =>
    session.query<StayRow>(
      `select h.saga_id as "sagaId", ${ours}.ms(h.at) as at, h."to"
       from (select n.id from (
           select s.id, s.saga, s.created_at from ${ours}.saga s order by s.created_at desc, s.id desc limit $2 * 10
         ) n where n.saga = $1 order by n.created_at desc, n.id desc limit $2) newest
       join ${ours}.history h on h.saga_id = newest.id
       order by h.saga_id, h.seq`,
      [saga, sample],
    ),
  );
  return { rows, sampled: new Set(rows.map(({ sagaId }) => sagaId)).size };
}
