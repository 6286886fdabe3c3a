import type { OutboxRow } from '../ports/outbox-rows.js';
import type { MoveWrites } from '../ports/store.js';
import { documents, documentsOrNull, recordSet, records, texts } from './batch-columns.js';
import { forgetPart } from './forget-rows.js';
import { lookUp, lookUpRow } from './look-up.js';
import { packEnvelope } from './packed-envelope.js';
import { type Part, runParts } from './parts-of-one-statement.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

const NEW_SAGA =
  'id text, saga text, version int, fingerprint text, status text, settled boolean, revision int, state jsonb, ' +
  'attributes jsonb, error text, start json';
const MOVED_SAGA =
  'id text, version int, fingerprint text, status text, settled boolean, revision int, state jsonb, ' +
  'attributes jsonb, error text';
const HISTORY =
  '"sagaId" text, seq int, at float8, event text, outcome text, reason text, "from" jsonb, "to" jsonb, actor text';
const OUTBOX =
  '"sagaId" text, key text, kind text, status text, id text, visit int, step text, role text, queue text, ' +
  'attempt int, "left" boolean, lease uuid, delivery uuid, "dueAt" float8, "deadlineAt" float8, ' +
  '"idempotencyKey" text, traceparent text';

/** Everything that a batch writes but the wake-ups and what it forgets, as far as there is anything of it. */
export function partsOf({ ours }: SchemaNames, writes: MoveWrites): readonly Part[] {
  const { newSagas, sagas, history, received, decided, added, changed } = writes;
  const all: readonly (Part & { readonly count: number })[] = [
    {
      name: 'started',
      count: newSagas.length,
      values: [
        records(newSagas, ({ envelope: _envelope, envelopeText: _text, ...rest }) => rest),
        texts(newSagas.map(packEnvelope)),
      ],
      text: ([list = '', envelopes = '']) => `
        insert into ${ours}.saga (id, saga, version, fingerprint, status, settled, revision, state, attributes,
          envelope, error, start_nonce, input_hash, created_at, updated_at)
        select x.id, x.saga, x.version, x.fingerprint, x.status, x.settled, x.revision, x.state, x.attributes,
          x.envelope, x.error, (x.start->>'nonce')::uuid, x.start->>'inputHash', c.now, c.now
        from ${recordSet({ param: list, columns: NEW_SAGA }, [{ param: envelopes, name: 'envelope' }], 'x')}, clock c`,
    },
    {
      name: 'moved',
      count: sagas.length,
      values: [
        records(
          sagas,
          ({ envelope: _envelope, envelopeText: _text, saga: _saga, start: _start, ...rest }) => rest,
        ),
        texts(sagas.map(packEnvelope)),
      ],
      mustMatch: { count: sagas.length, otherwise: 'a saga has moved since it was locked' },
      text: ([list = '', envelopes = '']) => `
        update ${ours}.saga s set version = x.version, fingerprint = x.fingerprint, status = x.status,
          settled = x.settled, revision = x.revision, state = x.state, attributes = x.attributes,
          envelope = x.envelope, error = x.error, updated_at = c.now
        from ${recordSet({ param: list, columns: MOVED_SAGA }, [{ param: envelopes, name: 'envelope' }], 'x')}, clock c
        where ${lookUp('s.id', 'x.id')} and s.revision = x.revision - 1
        returning 1`,
    },
    {
      name: 'appended',
      count: history.length,
      values: [
        records(history, ({ cause: _cause, ...rest }) => rest),
        documents(history.map(({ cause }) => cause)),
      ],
      text: ([list = '', causes = '']) => `
        insert into ${ours}.history (saga_id, seq, at, event, outcome, reason, "from", "to", actor, cause)
        select x."sagaId", x.seq, ${ours}.at(x.at), x.event, x.outcome, x.reason, coalesce(x."from", 'null'),
          coalesce(x."to", 'null'), x.actor, nullif(x.cause, '')::json
        from ${recordSet({ param: list, columns: HISTORY }, [{ param: causes, name: 'cause' }], 'x')}`,
    },
    {
      name: 'received',
      count: received.length,
      values: [records(received)],
      mustMatch: { count: received.length, otherwise: 'a message has come twice at once' },
      text: ([list = '']) => `
        insert into ${ours}.inbox (saga_id, message_id, status, reason, event, actor, nonce, traceparent,
          received_at, expires_at)
        select "sagaId", "messageId", status, reason, event, actor, nonce, traceparent, c.now, ${ours}.at("expiresAt")
        from json_to_recordset(${list}::json) as x("sagaId" text, "messageId" text, status text, reason text,
          event jsonb, actor text, nonce uuid, traceparent text, "expiresAt" float8), clock c
        on conflict do nothing
        returning 1`,
    },
    {
      name: 'decided',
      count: decided.length,
      values: [records(decided)],
      // The claim may have read it in a snapshot older than the lock: whoever held that before has decided it since.
      mustMatch: { count: decided.length, otherwise: 'a message has been decided already' },
      text: ([list = '']) => `
        update ${ours}.inbox i set status = x.status, reason = x.reason, event = x.event,
          expires_at = ${ours}.at(x."expiresAt")
        from json_to_recordset(${list}::json) as x("sagaId" text, "messageId" text, status text, reason text,
          event jsonb, "expiresAt" float8)
        where ${lookUp('i.saga_id', 'x."sagaId"')} and ${lookUp('i.message_id', 'x."messageId"')} and i.status in ('pending', 'early')
        returning 1`,
    },
    {
      name: 'added',
      count: added.length,
      values: [records(added, shortRow), documentsOrNull(added.map(({ input }) => input))],
      text: ([list = '', inputs = '']) => `
        insert into ${ours}.outbox (saga_id, key, kind, status, id, visit, step, role, queue, attempt, "left", lease,
          delivery, due_at, deadline_at, input, idempotency_key, traceparent, created_at, settled_at)
        select x."sagaId", x.key, x.kind, x.status, x.id, x.visit, x.step, x.role, x.queue, coalesce(x.attempt, 0),
          coalesce(x."left", false), x.lease, x.delivery, ${ours}.at(x."dueAt" + c.shift),
          ${ours}.at(x."deadlineAt" + c.shift), x.input::json,
          x."idempotencyKey", x.traceparent, c.now, case when x.status in ('settled', 'cancelled') then c.now end
        from ${recordSet({ param: list, columns: OUTBOX }, [{ param: inputs, name: 'input' }], 'x')}, clock c`,
    },
    {
      name: 'changed',
      count: changed.length,
      values: [records(changed)],
      text: ([list = '']) => `
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
          deadline_at = coalesce(${ours}.at((x.renewed->>'deadlineAt')::float8 + c.shift), o.deadline_at),
          due_at = case when x."dueAt" is not null then ${ours}.at(x."dueAt" + c.shift)
                   when x.renamed is not null and o.delivery is not null then c.now
                   when x."left" and o.status in ('pending', 'parked') then c.now else o.due_at end,
          settled_at = case when x.status = 'cancelled' then c.now when x.status is null then o.settled_at end
        from json_to_recordset(${list}::json) as x("sagaId" text, key text, status text, "left" boolean,
          "lastError" text, renewed json, delivery uuid, lease uuid, "dueAt" float8, renamed json), clock c
        where ${lookUpRow('o', 'x')}`,
    },
  ];
  return all.filter(({ count }) => count > 0);
}

/** What there is to a row but its input: whatever is usual is left out. */
function shortRow(row: OutboxRow): object {
  const { sagaId, key, kind, status, id, visit, deadlineAt, dueAt } = row;
  return {
    sagaId,
    key,
    kind,
    status,
    id,
    visit,
    deadlineAt,
    dueAt,
    step: row.step ?? undefined,
    role: row.role ?? undefined,
    queue: row.queue ?? undefined,
    attempt: row.attempt || undefined,
    left: row.left || undefined,
    lease: row.lease ?? undefined,
    delivery: row.delivery ?? undefined,
    idempotencyKey: row.idempotencyKey ?? undefined,
    traceparent: row.traceparent ?? undefined,
  };
}

/**
 * Saves what a batch has decided, by one statement, after which the transaction may commit at once; needs the
 * transaction that holds the sagas' locks.
 *
 * The database itself refuses (`40001`) when a message or a saga of the batch has been committed by somebody else
 * since it was claimed: nothing may be kept then, and the next try sees it.
 */
export async function saveMoves(session: Session, names: SchemaNames, writes: MoveWrites): Promise<void> {
  const parts = [...partsOf(names, writes), ...forgetPart(names.ours, writes.forgotten)];
  if (parts.length > 0) await runParts(session, names, parts);
}

/** Tells other processes; once per batch at most, for every transaction that notifies waits for its turn to commit. */
export async function notify(
  session: Session,
  names: SchemaNames,
  notices: readonly string[],
): Promise<void> {
  const text = JSON.stringify(notices);
  // Longer payloads are refused by PostgreSQL; an empty list says that anything may have happened.
  // As text: not every client of a caller's can read a column of type void.
  await session.query('select pg_notify($1, $2)::text', [
    noticeChannel(names),
    text.length < 7_000 ? text : '[]',
  ]);
}

/** The channel of our notices. */
export function noticeChannel(names: SchemaNames): string {
  return `countermand.${names.plain}`;
}
