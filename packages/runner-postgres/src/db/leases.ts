import type { RetryResult, RetryWrite } from '../ports/outbox-rows.js';
import { lookUp, lookUpRow } from './look-up.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/**
 * Prolongs the leases of a worker's rows, all by one statement, and says which it still holds.
 *
 * Rows that somebody has locked are skipped and not waited for: it is a batch that is about to settle or mark them,
 * and two statements over many rows in different orders could deadlock. They count as held.
 */
export async function renewLeases(
  session: Session,
  { ours }: SchemaNames,
  leases: readonly { readonly sagaId: string; readonly key: string; readonly lease: string }[],
  leaseMs: number,
): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ lease: string }>(
    `with held as (
       select o.saga_id, o.key, o.lease from ${ours}.outbox o
       join jsonb_to_recordset($1::jsonb) as x("sagaId" text, key text, lease uuid)
         on ${lookUpRow('o', 'x')} and o.lease = x.lease
       where o.status = 'leased'
     ),
     free as (
       select o.saga_id, o.key from ${ours}.outbox o join held h on ${lookUp('o.saga_id', 'h.saga_id')} and ${lookUp('o.key', 'h.key')}
       where o.status = 'leased' and o.lease = h.lease
       for no key update of o skip locked
     ),
     renewed as (
       update ${ours}.outbox o set due_at = ${ours}.saga_now() + $2::float8 * interval '1 ms'
       from free f where ${lookUp('o.saga_id', 'f.saga_id')} and ${lookUp('o.key', 'f.key')}
     )
     select lease from held`,
    [JSON.stringify(leases), leaseMs],
  );
  return new Set(rows.map(({ lease }) => lease));
}

/** Ends attempts that are to be repeated: the rows wait for their time. Those whose lease is lost stay as they are. */
export async function retryLater(
  session: Session,
  { ours }: SchemaNames,
  writes: readonly RetryWrite[],
): Promise<readonly RetryResult[]> {
  return await session.query<RetryResult>(
    `update ${ours}.outbox o set
       status = 'pending',
       attempt = o.attempt - case when x.uncounted then 1 else 0 end,
       last_error = x.error,
       delivery = null,
       due_at = ${ours}.saga_now() + case when o."left" then 0 else x."delayMs" end * interval '1 ms'
     from jsonb_to_recordset($1::jsonb)
       as x("sagaId" text, key text, lease uuid, "delayMs" float8, error text, uncounted boolean)
     where ${lookUpRow('o', 'x')} and o.status = 'leased' and o.lease = x.lease
     returning o.saga_id as "sagaId", o.key, o."left", o.lease`,
    [JSON.stringify(writes)],
  );
}
