import type { JsonObject, SagaStatus } from '@countermand/saga-core';
import type { FoundSaga } from '../ports/saga-rows.js';
import type { Database } from './database.js';
import { foundColumns } from './find-sagas.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** A place in the order newest first. */
export interface Place {
  readonly createdAt: string;
  readonly id: string;
}

/** Sagas of some statuses, newest first. */
export interface SearchFilter {
  readonly statuses: readonly SagaStatus[];
  readonly saga?: string | undefined;
  readonly state?: string | undefined;
  readonly attributes?: JsonObject | undefined;
  readonly createdAfter?: number | undefined;
  readonly createdBefore?: number | undefined;
  readonly after?: Place | undefined;
  readonly limit: number;
  /** How many sagas are looked at, at most. */
  readonly budget: number;
}

/** What was found, and where looking ended before everything was looked at. */
export interface Found {
  readonly sagas: readonly FoundSaga[];
  readonly lookedTo: Place | undefined;
}

/** As many sagas with the same attributes are sorted; more are looked through newest first. */
const FEW = 2_000;
/** The index of attributes gives about so many at most, chosen by chance: that there are more than few still shows. */
const MANY = 100_000;
/** What nearly every saga has is found among the newest, a tenth of the budget, before its index is asked. */
const GLANCE = 0.1;

/**
 * Finds sagas without ever reading more than the budget, and a part of it again: those that the index of times brings
 * in order are filtered, and where they run out of the budget before the page is full, it says how far it came.
 * Attributes that are rare are found by their own index.
 */
export async function searchSagas(database: Database, filter: SearchFilter): Promise<Found> {
  return await database.transaction(async (session) => {
    const { names } = database;
    // Those without any are in no index.
    if (Object.keys(filter.attributes ?? {}).length === 0) return await look(session, names, filter);
    const budget = Math.ceil(filter.budget * GLANCE);
    const glance = await look(session, names, { ...filter, budget });
    if (glance.sagas.length >= filter.limit || !glance.lookedTo) return glance;
    const ids = await idsOf(session, names, filter.attributes);
    if (!ids) return await look(session, names, filter);
    const query = searchQuery(names, filter, ids);
    return { sagas: await session.query<FoundSaga>(query.text, query.values), lookedTo: undefined };
  });
}

/** Looks through the newest, as far as the budget goes. */
async function look(session: Session, names: SchemaNames, filter: SearchFilter): Promise<Found> {
  const query = searchQuery(names, filter);
  const sagas = await session.query<FoundSaga>(query.text, query.values);
  if (sagas.length >= filter.limit) return { sagas, lookedTo: undefined };
  const end = endQuery(names, filter);
  const [lookedTo] = await session.query<Place>(end.text, end.values);
  return { sagas, lookedTo };
}

/** Ids of those with the attributes, unless there are many. */
async function idsOf(
  session: Session,
  { ours }: SchemaNames,
  attributes: JsonObject | undefined,
): Promise<readonly string[] | undefined> {
  await session.query(`select set_config('gin_fuzzy_search_limit', '${MANY}', true)`);
  const rows = await session.query<{ id: string }>(
    `select s.id from ${ours}.saga s where s.attributes @> $1::jsonb and s.attributes <> '{}' limit ${FEW + 1}`,
    [JSON.stringify(attributes)],
  );
  return rows.length > FEW ? undefined : rows.map(({ id }) => id);
}

/** A statement and its values. */
interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A page. */
function searchQuery(names: SchemaNames, filter: SearchFilter, ids?: readonly string[]): Query {
  const values: unknown[] = [];
  const value = (of: unknown) => `$${values.push(of)}`;
  const { ours } = names;
  const page = (text: string) => ({
    text: `select ${foundColumns(names)} from (${text}) s order by s.created_at desc, s.id desc`,
    values,
  });
  const limit = `limit ${value(filter.limit)}`;
  const newest = 'order by s.created_at desc, s.id desc';
  if (ids) {
    const those = `s.id = any(${value(ids)}::text[])`;
    const all = [those, ...timesOf(names, filter, value), ...restOf(filter, value)];
    return page(`select s.* from ${ours}.saga s where ${all.join(' and ')} ${newest} ${limit}`);
  }
  const looked = lookedAt(names, filter, value, '*');
  const rest = restOf(filter, value);
  // The inner limit keeps the outer conditions out of the choice of an index, and what is read within bounds.
  return page(`select s.* from (${looked}) s where ${rest.join(' and ')} ${newest} ${limit}`);
}

/** The place of the last saga within the budget; none where there are fewer. */
function endQuery(names: SchemaNames, filter: SearchFilter): Query {
  const values: unknown[] = [];
  const value = (of: unknown) => `$${values.push(of)}`;
  const looked = lookedAt(names, filter, value, 'created_at, s.id');
  const offset = value(filter.budget - 1);
  return {
    text: `select l.created_at::text as "createdAt", l.id from (${looked}) l
      order by l.created_at desc, l.id desc limit 1 offset ${offset}`,
    values,
  };
}

/**
 * The newest sagas, by the index of times; of a single status but rest by that of status and time, which holds no
 * others: it says so beside the parameter, of whose value a generic plan knows nothing. Those at rest are nearly all,
 * and have no index: they are asked one by one.
 */
function lookedAt(
  names: SchemaNames,
  filter: SearchFilter,
  value: (of: unknown) => string,
  columns: string,
): string {
  const { statuses } = filter;
  const [status] = statuses;
  const isIndexed = statuses.length === 1 && status !== 'rest';
  const one = isIndexed ? [`s.status = ${value(status)}`, `s.status <> 'rest'`] : [];
  const where = [...one, ...timesOf(names, filter, value)].join(' and ') || 'true';
  return `select s.${columns} from ${names.ours}.saga s where ${where}
    order by s.created_at desc, s.id desc limit ${value(filter.budget)}`;
}

/** Conditions that the index of times serves. */
function timesOf(
  { ours }: SchemaNames,
  { createdAfter, createdBefore, after }: SearchFilter,
  value: (of: unknown) => string,
): string[] {
  return [
    ...(createdAfter === undefined ? [] : [`s.created_at > ${ours}.at(${value(createdAfter)})`]),
    ...(createdBefore === undefined ? [] : [`s.created_at < ${ours}.at(${value(createdBefore)})`]),
    ...(after
      ? [`(s.created_at, s.id) < (${value(after.createdAt)}::timestamptz, ${value(after.id)}::text)`]
      : []),
  ];
}

/** Conditions that each saga is asked one by one. */
function restOf(
  { statuses, saga, state, attributes }: SearchFilter,
  value: (of: unknown) => string,
): string[] {
  const path = state?.split('.') ?? [];
  const last = path.at(-1);
  return [
    `s.status = any(${value(statuses)}::text[])`,
    ...(saga === undefined ? [] : [`s.saga = ${value(saga)}`]),
    // For a text as for an object, jsonb's ? asks whether it has this at its top.
    ...(last === undefined ? [] : [`s.state #> ${value(path.slice(0, -1))}::text[] ? ${value(last)}::text`]),
    ...(attributes === undefined ? [] : [`s.attributes @> ${value(JSON.stringify(attributes))}::jsonb`]),
  ];
}
