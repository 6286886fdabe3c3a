import type { MoveWrites } from '../ports/store.js';
import { BatchConflict } from './failure-kind.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** One statement for everything that a batch writes but the wake-ups, whatever the number of sagas. */
function saveStatement({ ours }: SchemaNames): string {
  return `
    with started as (
      insert into ${ours}.saga (id, saga, version, fingerprint, status, settled, revision, state, attributes, envelope,
        error, start_nonce, input_hash, created_at, updated_at)
      select id, saga, version, fingerprint, status, settled, revision, state, attributes, envelope, error,
        (start->>'nonce')::uuid, start->>'inputHash', ${ours}.saga_now(), ${ours}.saga_now()
      from jsonb_to_recordset($1::jsonb) as x(id text, saga text, version int, fingerprint text, status text,
        settled boolean, revision int, state jsonb, attributes jsonb, envelope jsonb, error text, start jsonb)
    ),
    moved as (
      update ${ours}.saga s set status = x.status, settled = x.settled, revision = x.revision, state = x.state,
        attributes = x.attributes, envelope = x.envelope, error = x.error, version = x.version,
        fingerprint = x.fingerprint, updated_at = ${ours}.saga_now()
      from jsonb_to_recordset($2::jsonb) as x(id text, version int, fingerprint text, status text, settled boolean, revision int, state jsonb,
        attributes jsonb, envelope jsonb, error text)
      where s.id = x.id and s.revision = x.revision - 1
      returning 1
    ),
    appended as (
      insert into ${ours}.history (saga_id, seq, at, event, outcome, reason, "from", "to", actor, cause)
      select "sagaId", seq, ${ours}.at(at), event, outcome, reason, coalesce("from", 'null'), coalesce("to", 'null'),
        actor, cause
      from jsonb_to_recordset($3::jsonb) as x("sagaId" text, seq int, at float8, event text, outcome text,
        reason text, "from" jsonb, "to" jsonb, actor text, cause jsonb)
    ),
    received as (
      insert into ${ours}.inbox (saga_id, message_id, status, reason, event, actor, nonce, traceparent, received_at,
        expires_at)
      select "sagaId", "messageId", status, reason, event, actor, nonce, traceparent, ${ours}.saga_now(),
        ${ours}.at("expiresAt")
      from jsonb_to_recordset($4::jsonb) as x("sagaId" text, "messageId" text, status text, reason text, event jsonb,
        actor text, nonce uuid, traceparent text, "expiresAt" float8)
      on conflict do nothing
      returning 1
    ),
    decided as (
      update ${ours}.inbox i set status = x.status, reason = x.reason, event = x.event,
        expires_at = ${ours}.at(x."expiresAt")
      from jsonb_to_recordset($5::jsonb) as x("sagaId" text, "messageId" text, status text, reason text, event jsonb,
        "expiresAt" float8)
      where i.saga_id = x."sagaId" and i.message_id = x."messageId" and i.status in ('pending', 'early')
      returning 1
    ),
    added as (
      insert into ${ours}.outbox (saga_id, key, kind, status, id, visit, step, role, queue, attempt, "left", lease,
        delivery, due_at, deadline_at, input, idempotency_key, traceparent, created_at, settled_at)
      select "sagaId", key, kind, status, id, visit, step, role, queue, attempt, "left", lease, delivery,
        ${ours}.at("dueAt"), ${ours}.at("deadlineAt"), input, "idempotencyKey", traceparent, ${ours}.saga_now(),
        case when status in ('settled', 'cancelled') then ${ours}.saga_now() end
      from jsonb_to_recordset($6::jsonb) as x("sagaId" text, key text, kind text, status text, id text, visit int,
        step text, role text, queue text, attempt int, "left" boolean, lease uuid, delivery uuid, "dueAt" float8,
        "deadlineAt" float8, input jsonb, "idempotencyKey" text, traceparent text)
    ),
    changed as (
      update ${ours}.outbox o set
        status = coalesce(x.status, case when x."left" and o.status = 'parked' then 'pending' end, o.status),
        "left" = o."left" or coalesce(x."left", false),
        last_error = case when x.renewed is not null then null else coalesce(x."lastError", o.last_error) end,
        attempt = case when x.renewed is not null then 0 when x.status = 'leased' then o.attempt + 1
                  else o.attempt end,
        result = case when x.renewed is not null then null else o.result end,
        stuck = false,
        step = coalesce(x.renamed->>'step', o.step),
        queue = coalesce(x.renamed->>'queue', o.queue),
        delivery = case when x.renamed is null then coalesce(x.delivery, o.delivery) end,
        lease = coalesce(x.lease, o.lease),
        deadline_at = coalesce(${ours}.at((x.renewed->>'deadlineAt')::float8), o.deadline_at),
        due_at = case when x."dueAt" is not null then ${ours}.at(x."dueAt")
                 when x.renamed is not null and o.delivery is not null then ${ours}.saga_now()
                 when x."left" and o.status in ('pending', 'parked') then ${ours}.saga_now() else o.due_at end,
        settled_at = case when x.status = 'cancelled' then ${ours}.saga_now()
                     when x.status is null then o.settled_at end
      from jsonb_to_recordset($7::jsonb) as x("sagaId" text, key text, status text, "left" boolean, "lastError" text,
        renewed jsonb, delivery uuid, lease uuid, "dueAt" float8, renamed jsonb)
      where o.saga_id = x."sagaId" and o.key = x.key
    )
    select (select count(*) from moved)::float8 as moved, (select count(*) from received)::float8 as received,
      (select count(*) from decided)::float8 as decided`;
}

/**
 * Saves what a batch has decided; needs the transaction that holds the sagas' locks.
 *
 * @throws BatchConflict when a message or a saga of the batch has been committed by somebody else since it was
 *   claimed: nothing may be kept then, and the next try sees it
 */
export async function saveMoves(session: Session, names: SchemaNames, writes: MoveWrites): Promise<void> {
  const [saved] = await session.query<{ moved: number; received: number; decided: number }>(
    saveStatement(names),
    [
      JSON.stringify(writes.newSagas),
      JSON.stringify(writes.sagas),
      JSON.stringify(writes.history),
      JSON.stringify(writes.received),
      JSON.stringify(writes.decided),
      JSON.stringify(writes.added),
      JSON.stringify(writes.changed),
    ],
  );
  if (saved?.moved !== writes.sagas.length) throw new BatchConflict('a saga has moved since it was locked');
  if (saved.received !== writes.received.length) throw new BatchConflict('a message has come twice at once');
  // The claim may have read it in a snapshot older than the lock: whoever held that before has decided it since.
  if (saved.decided !== writes.decided.length) throw new BatchConflict('a message has been decided already');
}

/** Tells other processes; once per batch at most, for every transaction that notifies waits for its turn to commit. */
export async function notify(
  session: Session,
  names: SchemaNames,
  notices: readonly string[],
): Promise<void> {
  const text = JSON.stringify(notices);
  // Longer payloads are refused by PostgreSQL; an empty list says that anything may have happened.
  await session.query('select pg_notify($1, $2)', [noticeChannel(names), text.length < 7_000 ? text : '[]']);
}

/** The channel of our notices. */
export function noticeChannel(names: SchemaNames): string {
  return `countermand.${names.plain}`;
}
