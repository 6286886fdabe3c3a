import type { KnownVersion } from '../ports/claims.js';
import type { LeasedRow } from '../ports/outbox-rows.js';
import { rowId } from '../ports/row-id.js';
import type { Store } from '../ports/store.js';
import type { Wakeup } from '../ports/wakeup-queue.js';
import type { PgBossQueue } from '../queue/pg-boss-queue.js';
import { outboxColumns } from './columns.js';
import type { Database } from './database.js';
import { lookUp, lookUpRow } from './look-up.js';
import type { SchemaNames } from './schema-name.js';

/** A saga of a version that isn't known here is left to a worker that knows it, which looks again this much later. */
const GIVE_BACK_MS = 2_000;

/**
 * Leases the rows for which a wake-up came that is still the newest of its row. Past its deadline a row is leased
 * without counting an attempt: nothing is begun any more but a last look by the probe.
 */
function leaseStatement({ ours }: SchemaNames): string {
  return `
    with asked as materialized (
      -- A column and no constant, so that no plan can begin with all rows that have this status.
      select x.*, 'pending' as waiting, s.saga, s.version, o.lease is not null as begun, (o.kind = 'publish' or (s.saga, s.version) in
        (select * from unnest($2::text[], $3::int[]))) as known
      from jsonb_to_recordset($1::jsonb) as x("sagaId" text, key text, delivery uuid, lease uuid)
      join ${ours}.saga s on ${lookUp('s.id', 'x."sagaId"')}
      join ${ours}.outbox o on ${lookUpRow('o', 'x')}
    ),
    unknown as (
      select distinct saga as name, version from asked where not known
    ),
    given_back as (
      update ${ours}.outbox o set delivery = null, due_at = ${ours}.saga_now() + $5::float8 * interval '1 ms'
      from asked x
      where ${lookUpRow('o', 'x')} and o.delivery = x.delivery and o.status = x.waiting
        and not x.known
    ),
    taken as (
    update ${ours}.outbox o set
      status = 'leased',
      attempt = o.attempt + case when o.deadline_at <= ${ours}.saga_now() then 0 else 1 end,
      lease = x.lease,
      delivery = null,
      due_at = ${ours}.saga_now() + $4::float8 * interval '1 ms'
    from asked x
    where ${lookUpRow('o', 'x')} and o.delivery = x.delivery and o.status = x.waiting
      and not o."left" and x.known
    returning ${outboxColumns(ours, 'o')}, x.saga, x.version, ${ours}.ms(${ours}.saga_now()) as "leasedAt",
      x.begun as "wasBegun"
    )
    select to_json(t) as leased, null as unknown from taken t union all select null, to_json(u) from unknown u`;
}

/**
 * Takes wake-ups and leases their rows in one transaction, so that a crash in between loses neither. See
 * {@link Store.takeWakeups}.
 */
export async function takeWakeups(
  database: Database,
  queue: PgBossQueue,
  request: Parameters<Store['takeWakeups']>[0],
): ReturnType<Store['takeWakeups']> {
  return await database.transaction(async (session) => {
    const wakeups: Wakeup[] = [];
    const full: string[] = [];
    for (const name of request.queues) {
      const limit = request.limit - wakeups.length;
      const fetched = limit > 0 ? await queue.fetch(session, name, limit) : [];
      wakeups.push(...fetched);
      if (fetched.length >= limit) full.push(name);
    }
    if (wakeups.length === 0) return { rows: [], full, stale: [], unknown: [] };
    const asked = wakeups.map((wakeup) => ({ ...wakeup, lease: request.newLease() }));
    const found = await session.query<{ leased?: LeasedRow; unknown?: KnownVersion }>(
      leaseStatement(database.names),
      [
        JSON.stringify(asked),
        request.known.map(({ name }) => name),
        request.known.map(({ version }) => version),
        request.leaseMs,
        GIVE_BACK_MS,
      ],
      { isPrepared: true, isLast: true },
    );
    const leased = found.flatMap((one) => one.leased ?? []);
    const byRow = new Map(leased.map((row) => [rowId(row.sagaId, row.key), row]));
    const rows: LeasedRow[] = [];
    const stale: Wakeup[] = [];
    for (const { lease, ...wakeup } of asked) {
      const row = byRow.get(rowId(wakeup.sagaId, wakeup.key));
      if (row?.lease === lease) rows.push({ ...row, wakeup });
      else stale.push(wakeup);
    }
    // Oldest first: what a fetch returns has no order of its own.
    rows.sort((a, b) => a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1));
    return { rows, full, stale, unknown: found.flatMap((one) => one.unknown ?? []) };
  });
}
