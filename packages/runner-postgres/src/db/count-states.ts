import type { SagaStatus } from '@countermand/saga-core';
import type { StateGroup, StayRow } from '../survey-states.js';
import type { Database } from './database.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** Those that are in the index of status and time: all but those at rest. */
const LIVE: readonly SagaStatus[] = ['running', 'compensating', 'parked'];
/** So many pages of the table are looked at for those at rest, at most. */
const PAGES = 4_000;

/** Groups of sagas of every name. */
export interface CountedStates {
  readonly groups: readonly (StateGroup & { readonly saga: string })[];
  /** False where there are more of a status than were counted. */
  readonly isComplete: boolean;
  /** Those at rest are an estimate. */
  readonly isEstimated: boolean;
}

/** How much is looked at. */
export interface CountLimits {
  /** How many of the newest sagas of each status, but rest. */
  readonly newest: number;
  readonly pages?: number;
}

/**
 * How many sagas are in which state. Those that live are counted, by the index that holds them alone. Those at rest
 * are nearly all, and are in no index: where their table is large they are counted on some of its pages, which chance
 * chooses, the same ones each time, and multiplied. However many there are, no more than these are read.
 */
export async function countStates(
  database: Database,
  { newest, pages = PAGES }: CountLimits,
): Promise<CountedStates> {
  const { names } = database;
  return await database.transaction(async (session) => {
    const live = await countLive(session, names, newest);
    const part = await partOf(session, names, pages);
    const rest = await countRest(session, names, part);
    const isWhole = (status: SagaStatus) =>
      live.filter((row) => row.status === status).reduce((sum, row) => sum + row.sagas, 0) <= newest;
    return { groups: [...live, ...rest], isComplete: LIVE.every(isWhole), isEstimated: part < 1 };
  });
}

type Group = CountedStates['groups'][number];

async function countLive(session: Session, { ours }: SchemaNames, newest: number): Promise<readonly Group[]> {
  const parts = LIVE.map(
    // The second condition is the index's own: of a parameter's value a generic plan knows nothing.
    (_, index) => `(select s.saga, s.status, s.state, s.updated_at from ${ours}.saga s
      where s.status = $${index + 2} and s.status <> 'rest' order by s.created_at desc, s.id desc limit $1 + 1)`,
  );
  return await session.query<Group>(groupsOf(ours, parts.join(' union all '), '1'), [newest, ...LIVE]);
}

async function countRest(session: Session, { ours }: SchemaNames, part: number): Promise<readonly Group[]> {
  const sample = `select s.saga, s.status, s.state, s.updated_at
    from ${ours}.saga s tablesample system ($1::float8 * 100) repeatable (1) where s.status = 'rest'`;
  return await session.query<Group>(groupsOf(ours, sample, '$1::float8'), [part]);
}

/** @param part - the part of them that is counted */
function groupsOf(ours: string, sagas: string, part: string): string {
  return `select u.saga, u.status, u.state, round(count(*) / ${part})::int as sagas,
      greatest(0, ${ours}.ms(${ours}.saga_now()) - ${ours}.ms(min(u.updated_at))) as "longestMs"
    from (${sagas}) u group by u.saga, u.status, u.state`;
}

/** The part of the table that is so many pages at most: half, a quarter ..., so that it seldom changes. */
async function partOf(session: Session, { ours }: SchemaNames, pages: number): Promise<number> {
  const [table] = await session.query<{ pages: number }>(
    // A table without partitions has no tree.
    `select coalesce((select sum(pg_relation_size(p.relid)) from pg_partition_tree(t.id) p where p.isleaf),
         pg_relation_size(t.id))::float8 / current_setting('block_size')::int as pages
     from (select $1::text::regclass as id) t`,
    [`${ours}.saga`],
  );
  const times = Math.max(1, (table?.pages ?? 0) / pages);
  return 1 / 2 ** Math.ceil(Math.log2(times));
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
