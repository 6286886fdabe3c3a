import type { ClaimedRow, ClaimRequest, Claims } from '../ports/claims.js';
import type { InboxRow } from '../ports/inbox-rows.js';
import { rowId } from '../ports/row-id.js';
import type { StoredSaga } from '../ports/saga-rows.js';
import { documents, recordSet } from './batch-columns.js';
import { inboxColumns, sagaColumns } from './columns.js';
import { TELLS_OF_A_ROW, TOLD_KEY } from './forget-rows.js';
import { lookUp, lookUpRow } from './look-up.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/**
 * One statement: locks the sagas and claims the rows of those that it got.
 *
 * The lock is what makes one writer at a time of each saga. It is taken in the order of ids, and what somebody else
 * has locked is skipped: nobody waits, so nothing can deadlock on it. It doesn't conflict with foreign keys that a
 * user's own tables may have to `saga`. A row that was locked is the newest there is, whatever the statement's
 * snapshot; a message or a saga committed in between is found by the unique keys when the batch is saved.
 *
 * A saga that the caller knows, at the revision that it has, isn't read: only its id comes back.
 */
function claimStatement({ ours }: SchemaNames): string {
  const known = statements.get(ours);
  if (known !== undefined) return known;
  const text = claimText(ours);
  statements.set(ours, text);
  return text;
}

/** By schema: the text is long, and always the same. */
const statements = new Map<string, string>();

function claimText(ours: string): string {
  const asked = recordSet(
    {
      param: '$2',
      columns: '"sagaId" text, key text, "from" text, lease uuid, overdue boolean, "to" text',
    },
    [{ param: '$3', name: 'result' }],
    'x',
  );
  const row = (alias: string) =>
    `json_build_object('sagaId', ${alias}.saga_id, 'key', ${alias}.key, 'id', ${alias}.id, 'visit', ${alias}.visit,
      'status', ${alias}.status, 'attempt', ${alias}.attempt, 'lease', ${alias}.lease,
      'traceparent', ${alias}.traceparent)`;
  // Of a row that is gone: what the history tells of it. Looked for only where there is none.
  const toldRow = `select json_build_object('sagaId', x."sagaId", 'key', x.key, 'id', h.cause->>'id',
      'visit', (h.cause->>'visit')::int, 'status', 'settled', 'attempt', (h.cause->>'attempts')::int, 'lease', null,
      'traceparent', null, 'isForgotten', true) as row
    from ${ours}.history h where o.key is null and h.saga_id = x."sagaId" and ${TELLS_OF_A_ROW} and ${TOLD_KEY} = x.key
    limit 1`;
  const mayClaim = `(x.known or o.kind = 'publish')`;
  return `
    with clock as materialized (select ${ours}.saga_now() as now),
    wanted as materialized (
      select * from json_to_recordset($1::json) as x(id text, revision int, "startNonce" uuid)
    ),
    locked as materialized (
      select s.*, s.revision = w.revision and s.start_nonce = w."startNonce" as remembered
      from wanted w join ${ours}.saga s on ${lookUp('s.id', 'w.id')} order by w.id collate "C"
      for no key update of s skip locked
    ),
    unknown as materialized (
      select l.id from locked l
      where (l.saga, l.version) not in (select * from json_to_recordset($6::json) as k(name text, version int))
    ),
    -- "is true" keeps these a look into a hash table; a join would compare every row with every saga.
    asked as materialized (
      select x.*, ("sagaId" in (select id from unknown)) is not true as known from ${asked}
      where ("sagaId" in (select id from locked)) is true
    ),
    -- Of a saga that isn't known here the answer is only kept, and due, so that whoever knows the saga gives it to it.
    claimed as (
      update ${ours}.outbox o set
        status = case when ${mayClaim} then x."to" else o.status end,
        -- How it ended; what it said is in the history.
        result = case when x.result = '' then null
                 when ${mayClaim} then jsonb_build_object('kind', x.result::json->>'kind')
                 else x.result::jsonb || '{"leftToOthers": true}' end,
        due_at = case when not ${mayClaim} then c.now when x."to" = 'awaiting' then o.deadline_at end,
        settled_at = case when ${mayClaim} and x."to" = 'settled' then c.now end,
        delivery = case when not ${mayClaim} then o.delivery end
      from asked x, clock c
      where ${lookUpRow('o', 'x')}
        and o.status = any(string_to_array(x."from", ',')) and (x.lease is null or o.lease = x.lease)
        and (not x.overdue or o.due_at <= c.now)
        and (${mayClaim} or o.kind = 'step' and x.result <> '' and o.result->'leftToOthers' is null)
      returning o.saga_id, o.key, o.id, o.visit, o.status, o.attempt, o.lease, o.traceparent, ${mayClaim} as mine
    ),
    messages as (
      select ${inboxColumns(ours, 'i')} from ${ours}.inbox i
      join json_to_recordset($4::json) as x("sagaId" text, "messageId" text)
        on ${lookUp('i.saga_id', 'x."sagaId"')} and ${lookUp('i.message_id', 'x."messageId"')}
      union
      select ${inboxColumns(ours, 'i')} from ${ours}.inbox i
      where i.saga_id = any($5::text[]) and i.status in ('early', 'pending')
    )
    select ${ours}.ms(c.now) as now,
      (select json_agg(l.id) from locked l where l.remembered) as remembered,
      (select json_agg(f) from (
        select ${sagaColumns(ours, 'l')} from locked l where l.remembered is not true
      ) f) as sagas,
      (select json_agg(w.id) from wanted w
        where w.id not in (select id from locked) and (select true from ${ours}.saga s where s.id = w.id)) as busy,
      (select json_agg(m) from messages m) as messages,
      (select json_agg(${row('d')}) from claimed d where d.mine) as claimed,
      (select json_agg(json_build_object('sagaId', saga_id, 'key', key)) from claimed d where not d.mine)
        as "leftToOthers",
      (select json_agg(case when o.key is null then told.row else ${row('o')} end) from asked x
        left join ${ours}.outbox o on ${lookUpRow('o', 'x')}
        left join lateral (${toldRow}) told on true
        where (x."sagaId", x.key) not in (select saga_id, key from claimed where mine)
          and (o.key is not null or told.row is not null)) as refused
    from clock c`;
}

interface Found {
  readonly now: number;
  readonly remembered: readonly string[] | null;
  readonly sagas: readonly StoredSaga[] | null;
  readonly busy: readonly string[] | null;
  readonly messages: readonly InboxRow[] | null;
  readonly claimed: readonly ClaimedRow[] | null;
  readonly leftToOthers: readonly Pick<ClaimedRow, 'sagaId' | 'key'>[] | null;
  readonly refused: readonly ClaimedRow[] | null;
}

/** Locks the sagas of a batch and claims its causes; needs a transaction. */
export async function claim(session: Session, names: SchemaNames, request: ClaimRequest): Promise<Claims> {
  // Ids that would be started are reserved first and looked at afterwards, in another statement: whoever held the
  // reservation before has committed by then, and is seen.
  const reserved = request.startIds.length > 0 ? tryReserve(session, names, request.startIds) : undefined;
  const claiming = session.query<Found>(claimStatement(names), claimValues(request), { isPrepared: true });
  const [reservedIds = [], [found]] = await Promise.all([reserved, claiming]);
  if (!found) throw new Error('the claim gave no answer');
  const got = new Set(reservedIds);
  const sagas = new Map((found.sagas ?? []).map((saga) => [saga.id, saga]));
  for (const id of found.remembered ?? []) {
    const saga = request.remembered.get(id);
    if (saga) sagas.set(id, saga);
  }
  const busy = new Set([...request.startIds.filter((id) => !got.has(id)), ...(found.busy ?? [])]);
  // A saga that exists needs no reservation any more.
  for (const id of sagas.keys()) busy.delete(id);
  const byRow = (rows: readonly ClaimedRow[] | null) =>
    new Map((rows ?? []).map((row) => [rowId(row.sagaId, row.key), row]));
  return {
    now: found.now,
    sagas,
    busy,
    inbox: new Map((found.messages ?? []).map((row) => [rowId(row.sagaId, row.messageId), row])),
    claimed: byRow(found.claimed),
    refused: byRow(found.refused),
    leftToOthers: new Set((found.leftToOthers ?? []).map(({ sagaId, key }) => rowId(sagaId, key))),
  };
}

function claimValues(request: ClaimRequest): readonly unknown[] {
  const wanted = request.sagaIds.map((id) => {
    const saga = request.remembered.get(id);
    return saga ? { id, revision: saga.revision, startNonce: saga.startNonce } : { id };
  });
  const asked = request.outbox.map(({ sagaId, key, from, lease, overdue, to }) => ({
    sagaId,
    key,
    from: from.join(','),
    lease,
    overdue,
    to,
  }));
  return [
    JSON.stringify(wanted),
    JSON.stringify(asked),
    documents(request.outbox.map(({ result }) => result)),
    JSON.stringify(request.messages),
    request.startIds,
    JSON.stringify(request.known),
  ];
}

/**
 * Reserves ids that don't exist, for a start or for an early event. Only tried: whoever holds one is about to start
 * that saga, maybe in a transaction of the user's that stays open for long, and nobody waits for that.
 */
export async function reserveAbsent(
  session: Session,
  names: SchemaNames,
  sagaIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const reserved = await tryReserve(session, names, sagaIds);
  const existing = await session.query<{ id: string }>(
    `select id from ${names.ours}.saga where id = any($1::text[])`,
    [reserved],
  );
  const taken = new Set(existing.map(({ id }) => id));
  return new Set(reserved.filter((id) => !taken.has(id)));
}

/**
 * Reserves the id of a start in the caller's transaction, until it ends. Waits for another start of the same id:
 * only the caller is held up by that.
 */
export async function reserveForStart(session: Session, names: SchemaNames, sagaId: string): Promise<void> {
  // As text: not every client can read a column of type void.
  await session.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))::text`, [
    lockName(names, sagaId),
  ]);
}

/** Reserves ids for starts; ends the transaction (`40001`) where one of them is somebody else's. */
export async function reserveAll(
  session: Session,
  names: SchemaNames,
  ids: readonly string[],
): Promise<void> {
  const sorted = ids.toSorted();
  await session.query(
    `select ${names.ours}.assert_all(count(*) filter (where pg_try_advisory_xact_lock(hashtextextended(lock, 0))),
       $2::int, 'somebody else has reserved an id')
     from unnest($1::text[]) as x(lock)`,
    [sorted.map((id) => lockName(names, id)), sorted.length],
    { isPrepared: true },
  );
}

async function tryReserve(session: Session, names: SchemaNames, ids: readonly string[]): Promise<string[]> {
  const unique = [...new Set(ids)].sort();
  const rows = await session.query<{ id: string; got: boolean }>(
    `select id, pg_try_advisory_xact_lock(hashtextextended(lock, 0)) as got
     from unnest($1::text[], $2::text[]) as x(id, lock)`,
    [unique, unique.map((id) => lockName(names, id))],
    { isPrepared: true },
  );
  return rows.filter(({ got }) => got).map(({ id }) => id);
}

function lockName(names: SchemaNames, sagaId: string): string {
  return `${names.plain}:saga:${sagaId}`;
}
