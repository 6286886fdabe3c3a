import type { ClaimRequest, Claims, InboxRow, OutboxRow, StoredSaga } from '../ports/store.js';
import { rowId } from '../ports/store.js';
import { inboxColumns, outboxColumns, sagaColumns } from './columns.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/**
 * One statement: locks the sagas and claims the rows of those that it got.
 *
 * The lock is what makes one writer at a time of each saga. It is taken in the order of ids, and what somebody else
 * has locked is skipped: nobody waits, so nothing can deadlock on it. It doesn't conflict with foreign keys that a
 * user's own tables may have to `saga`. A row that was locked is the newest there is, whatever the statement's
 * snapshot; a message or a saga committed in between is found by the unique keys when the batch is saved.
 */
function claimStatement({ ours }: SchemaNames): string {
  return `
    with locked as materialized (
      select ${sagaColumns(ours, 's')} from ${ours}.saga s
      where s.id = any($1::text[]) order by s.id
      for no key update skip locked
    ),
    asked as (
      select x.*, (l.saga, l.version) in (select * from unnest($5::text[], $6::int[])) as known
      from jsonb_to_recordset($2::jsonb)
        as x("sagaId" text, key text, "from" text[], lease uuid, overdue boolean, "to" text, result jsonb)
      join locked l on l.id = x."sagaId"
    ),
    claimed as (
      update ${ours}.outbox o set
        status = x."to",
        result = x.result,
        due_at = case x."to" when 'awaiting' then o.deadline_at end,
        settled_at = case x."to" when 'settled' then ${ours}.saga_now() end,
        delivery = null
      from asked x
      where o.saga_id = x."sagaId" and o.key = x.key
        and o.status = any(x."from") and (x.lease is null or o.lease = x.lease)
        and (not x.overdue or o.due_at <= ${ours}.saga_now())
        and (x.known or o.kind = 'publish')
      returning ${outboxColumns(ours, 'o')}
    ),
    left_to_others as (
      update ${ours}.outbox o set result = x.result || '{"leftToOthers": true}', due_at = ${ours}.saga_now()
      from asked x
      where o.saga_id = x."sagaId" and o.key = x.key
        and o.status = any(x."from") and (x.lease is null or o.lease = x.lease)
        and not x.known and o.kind = 'step' and x.result is not null
        and o.result->'leftToOthers' is null
      returning o.saga_id as "sagaId", o.key
    ),
    messages as (
      select ${inboxColumns(ours, 'i')} from ${ours}.inbox i
      join jsonb_to_recordset($3::jsonb) as x("sagaId" text, "messageId" text)
        on i.saga_id = x."sagaId" and i.message_id = x."messageId"
      union
      select ${inboxColumns(ours, 'i')} from ${ours}.inbox i
      where i.saga_id = any($4::text[]) and i.status in ('early', 'pending')
    )
    select 'now' as part, to_json(${ours}.ms(${ours}.saga_now())) as body
    union all select 'saga', to_json(l) from locked l
    union all select 'busy', to_json(s.id) from ${ours}.saga s
      where s.id = any($1::text[]) and s.id not in (select id from locked)
    union all select 'message', to_json(m) from messages m
    union all select 'claimed', to_json(c) from claimed c
    union all select 'left', to_json(l) from left_to_others l
    union all select 'refused', to_json(r) from (
      select ${outboxColumns(ours, 'o')} from ${ours}.outbox o join asked x on o.saga_id = x."sagaId" and o.key = x.key
      where (o.saga_id, o.key) not in (select "sagaId", key from claimed)
    ) r`;
}

type Part =
  | { readonly part: 'now'; readonly body: number }
  | { readonly part: 'saga'; readonly body: StoredSaga }
  | { readonly part: 'busy'; readonly body: string }
  | { readonly part: 'message'; readonly body: InboxRow }
  | { readonly part: 'left'; readonly body: Pick<OutboxRow, 'sagaId' | 'key'> }
  | { readonly part: 'claimed' | 'refused'; readonly body: OutboxRow };

/** Locks the sagas of a batch and claims its causes; needs a transaction. */
export async function claim(session: Session, names: SchemaNames, request: ClaimRequest): Promise<Claims> {
  // Ids that would be started are reserved first and looked at afterwards, in another statement: whoever held the
  // reservation before has committed by then, and is seen.
  const reserved = new Set(
    request.startIds.length > 0 ? await tryReserve(session, names, request.startIds) : [],
  );
  const parts = await session.query<Part>(claimStatement(names), [
    request.sagaIds,
    JSON.stringify(request.outbox),
    JSON.stringify(request.messages),
    request.startIds,
    request.known.map(({ name }) => name),
    request.known.map(({ version }) => version),
  ]);
  const leftToOthers = new Set<string>();
  const sagas = new Map<string, StoredSaga>();
  const busy = new Set(request.startIds.filter((id) => !reserved.has(id)));
  const inbox = new Map<string, InboxRow>();
  const claimed = new Map<string, OutboxRow>();
  const refused = new Map<string, OutboxRow>();
  let now = 0;
  for (const { part, body } of parts) {
    if (part === 'now') now = body;
    else if (part === 'saga') sagas.set(body.id, body);
    else if (part === 'busy') busy.add(body);
    else if (part === 'left') leftToOthers.add(rowId(body.sagaId, body.key));
    else if (part === 'message') inbox.set(rowId(body.sagaId, body.messageId), body);
    else (part === 'claimed' ? claimed : refused).set(rowId(body.sagaId, body.key), body);
  }
  // A saga that exists needs no reservation any more.
  for (const id of sagas.keys()) busy.delete(id);
  return { now, sagas, busy, inbox, claimed, refused, leftToOthers };
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
  await session.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [lockName(names, sagaId)]);
}

async function tryReserve(session: Session, names: SchemaNames, ids: readonly string[]): Promise<string[]> {
  const unique = [...new Set(ids)].sort();
  const rows = await session.query<{ id: string; got: boolean }>(
    `select id, pg_try_advisory_xact_lock(hashtextextended(lock, 0)) as got
     from unnest($1::text[], $2::text[]) as x(id, lock)`,
    [unique, unique.map((id) => lockName(names, id))],
  );
  return rows.filter(({ got }) => got).map(({ id }) => id);
}

function lockName(names: SchemaNames, sagaId: string): string {
  return `${names.plain}:saga:${sagaId}`;
}
