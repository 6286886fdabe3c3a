import type { HistoryEntry } from '@countermand/saga-core';
import type { FoundSaga, ListFilter } from '../ports/saga-rows.js';
import { outboxColumns, sagaColumns } from './columns.js';
import { forgottenColumns, TELLS_OF_A_ROW, TOLD_KEY } from './forget-rows.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** The saga with its steps, or `undefined`. */
export async function findSaga(
  session: Session,
  names: SchemaNames,
  id: string,
): Promise<FoundSaga | undefined> {
  const [found] = await session.query<FoundSaga>(
    `select ${foundColumns(names)} from ${names.ours}.saga s where s.id = $1`,
    [id],
  );
  return found;
}

/** A page of sagas, newest first. */
export async function listSagas(
  session: Session,
  names: SchemaNames,
  filter: ListFilter,
): Promise<readonly FoundSaga[]> {
  const values: unknown[] = [];
  const value = (of: unknown) => `$${values.push(of)}`;
  const { ours } = names;
  const conditions = [
    'true',
    filter.status !== undefined && `s.status = ${value(filter.status)}`,
    // Those at rest are in no index of their own: nearly all are.
    filter.status !== undefined && filter.status !== 'rest' && `s.status <> 'rest'`,
    filter.saga !== undefined && `s.saga = ${value(filter.saga)}`,
    // For a text as for an object, jsonb's ? asks whether it has this at its top.
    filter.state !== undefined && `s.state ? ${value(filter.state)}::text`,
    filter.attributes !== undefined && `s.attributes @> ${value(JSON.stringify(filter.attributes))}::jsonb`,
    // Those without any are in no index.
    filter.attributes !== undefined && Object.keys(filter.attributes).length > 0 && `s.attributes <> '{}'`,
    filter.createdAfter !== undefined && `s.created_at > ${ours}.at(${value(filter.createdAfter)})`,
    filter.createdBefore !== undefined && `s.created_at < ${ours}.at(${value(filter.createdBefore)})`,
    filter.after &&
      `(s.created_at, s.id) < (${value(filter.after.createdAt)}::timestamptz, ${value(filter.after.id)}::text)`,
  ].filter((condition) => typeof condition === 'string');
  return await session.query<FoundSaga>(
    `select ${foundColumns(names)} from ${ours}.saga s where ${conditions.join(' and ')}
     order by s.created_at desc, s.id desc limit ${value(filter.limit)}`,
    values,
  );
}

/** A saga's history in order of `seq`. */
export async function findHistory(
  session: Session,
  { ours }: SchemaNames,
  sagaId: string,
  page: { readonly after?: number; readonly limit?: number },
): Promise<readonly HistoryEntry[]> {
  const rows = await session.query<{ entry: HistoryEntry }>(
    `select jsonb_strip_nulls(jsonb_build_object('seq', h.seq, 'at', ${ours}.ms(h.at), 'event', h.event,
         'outcome', h.outcome, 'reason', h.reason, 'actor', h.actor))
       || jsonb_build_object('from', h."from", 'to', h."to")
       || case when h.cause is null then '{}' else jsonb_build_object('cause', h.cause::jsonb) end as entry
     from ${ours}.history h where h.saga_id = $1 and h.seq > $2 order by h.seq limit $3`,
    [sagaId, page.after ?? 0, page.limit ?? null],
  );
  return rows.map(({ entry }) => entry);
}

/**
 * The columns of a found saga, from a source that is called `s`. Its steps come in the order of their times: of one whose
 * row is gone, when it was settled. Of the same moment the earlier visit comes first.
 */
export function foundColumns({ ours }: SchemaNames): string {
  return `
    (select to_json(x) from (select ${sagaColumns(ours, 's')}) x) as stored,
    (select coalesce(json_agg(step order by at, visit, line, key), '[]') from (
      select to_json(o) as step, o."createdAt" as at, o.visit, 'infinity'::float8 as line, o.key from (
        select ${outboxColumns(ours, 'o')} from ${ours}.outbox o where o.saga_id = s.id and o.kind = 'step'
      ) o
      union all
      select to_json(f), f."createdAt", f.visit, f.line, f.key from (
        select ${forgottenColumns(ours)}, h.seq as line from ${ours}.history h
        where h.saga_id = s.id and ${TELLS_OF_A_ROW}
          and not exists (select from ${ours}.outbox o where o.saga_id = s.id and o.key = ${TOLD_KEY})
      ) f
    ) told) as steps,
    s.created_at::text as "createdAtText"`;
}
