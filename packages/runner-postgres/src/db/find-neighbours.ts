import type { Json, JsonObject, SagaStatus } from '@countermand/saga-core';
import type { Database } from './database.js';

/** Another saga's row, as far as neighbours are shown. */
export interface NeighbourRow {
  readonly id: string;
  readonly saga: string;
  readonly status: SagaStatus;
  readonly state: Json;
  readonly createdAt: number;
  readonly attributes: JsonObject;
}

/** Of each attribute the first so many that have it are looked at: it may be shared by everybody. */
const OF_EACH = 200;
const MOST = 20;
/** The index gives about so many at most, chosen by chance, instead of all that share what nearly everybody has. */
const MANY = 10_000;

/** Sagas that have one of these attributes, newest first, but for the saga itself. */
export async function findNeighbours(
  database: Database,
  id: string,
  attributes: JsonObject,
): Promise<readonly NeighbourRow[]> {
  const each = Object.entries(attributes).map(([key, value]) => JSON.stringify({ [key]: value }));
  if (each.length === 0) return [];
  const { ours } = database.names;
  return await database.transaction(async (session) => {
    await session.query(`select set_config('gin_fuzzy_search_limit', '${MANY}', true)`);
    return await session.query<NeighbourRow>(
      `select distinct on (n.created_at, n.id) n.id, n.saga, n.status, n.state, n.attributes,
         ${ours}.ms(n.created_at) as "createdAt"
       from unnest($2::jsonb[]) wanted(attribute) cross join lateral (
         select s.* from ${ours}.saga s
         where s.attributes @> wanted.attribute and s.attributes <> '{}' limit ${OF_EACH}
       ) n where n.id <> $1
       order by n.created_at desc, n.id desc limit ${MOST}`,
      [id, each],
    );
  });
}
