import type { AssumedClaims, ClaimRequest, OutboxClaim } from '../ports/claims.js';
import type { OutboxId } from '../ports/outbox-rows.js';
import { rowId } from '../ports/row-id.js';
import type { MoveWrites } from '../ports/store.js';
import { CLOCK_AHEAD_MS, CLOCK_BEHIND_MS } from '../timing.js';
import { records } from './batch-columns.js';
import { reserveAll } from './claim.js';
import { lookUpRow } from './look-up.js';
import { type Clock, type Part, runParts } from './parts-of-one-statement.js';
import { partsOf } from './save-moves.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/**
 * Saves what a batch has decided without a lock or a claim before it: settles the rows that were to be claimed too, and refuses (`40001`)
 * where a saga, a row or the clock is not as assumed. The sagas' revisions stand for their locks. Returns the
 * database's time.
 *
 * Starts take the reservation of their ids, and refuse where there is a message for one of them already.
 */
export async function saveAssumed(
  session: Session,
  names: SchemaNames,
  { request, claims }: AssumedClaims,
  writes: MoveWrites,
): Promise<number> {
  const starts = request.startIds.length > 0 ? reserveAll(session, names, request.startIds) : undefined;
  const parts = [
    ...partsOf(names, writes),
    ...settledParts(names, request, writes.forgotten),
    ...aloneParts(names, request),
  ];
  const [, [saved]] = await Promise.all([
    starts,
    runParts<{ now: number }>(session, names, parts, assumedClock(names, claims.now)),
  ]);
  if (!saved) throw new Error('the save gave no answer');
  return saved.now;
}

/** What was decided for a moment ago becomes due that much later. */
function assumedClock({ ours }: SchemaNames, now: number): Clock {
  return {
    values: [now],
    shift: ([assumed = '']) => `${ours}.ms(${ours}.saga_now()) - ${assumed}::float8`,
    selected: `${ours}.assert_all(case when c.shift between -${CLOCK_BEHIND_MS} and ${CLOCK_AHEAD_MS} then 1 else 0 end,
      1, 'the clock is another'), ${ours}.ms(c.now) as now`,
  };
}

/** The rows that answers are for: settled if they are still held by whoever carried them out; some of them go. */
function settledParts(
  { ours }: SchemaNames,
  { outbox }: ClaimRequest,
  forgotten: readonly OutboxId[],
): readonly Part[] {
  const going = new Set(forgotten.map(({ sagaId, key }) => rowId(sagaId, key)));
  const goes = ({ sagaId, key }: OutboxId) => going.has(rowId(sagaId, key));
  // A row's status is compared with a column, so that no plan can begin with all rows that have it.
  const isHeld = `${lookUpRow('o', 'x')} and o.status = x."from" and o.lease = x.lease`;
  return [
    settledPart(
      'answered',
      outbox.filter((row) => !goes(row)),
      (list) => `
      update ${ours}.outbox o set status = 'settled', result = x.result, due_at = null, settled_at = c.now,
        delivery = null
      from ${list} as x("sagaId" text, key text, "from" text, lease uuid, result jsonb), clock c
      where ${isHeld} returning 1`,
    ),
    settledPart(
      'forgotten',
      outbox.filter(goes),
      (list) => `
      delete from ${ours}.outbox o using ${list} as x("sagaId" text, key text, "from" text, lease uuid)
      where ${isHeld} returning 1`,
    ),
  ].flat();
}

function settledPart(
  name: string,
  rows: readonly OutboxClaim[],
  text: (list: string) => string,
): readonly Part[] {
  if (rows.length === 0) return [];
  return [
    {
      name,
      values: [
        records(rows, ({ sagaId, key, from, lease, result }) => {
          return { sagaId, key, from: from[0], lease, result: { kind: result?.kind } };
        }),
      ],
      mustMatch: { count: rows.length, otherwise: 'a lease has been lost' },
      text: ([list = '']) => text(`json_to_recordset(${list}::json)`),
    },
  ];
}

/** Nothing may have come early for what is started. */
function aloneParts({ ours }: SchemaNames, { startIds }: ClaimRequest): readonly Part[] {
  if (startIds.length === 0) return [];
  return [
    {
      name: 'early',
      values: [startIds],
      mustMatch: { count: 0, otherwise: 'a message came before the start' },
      text: ([ids = '']) => `select 1 from ${ours}.inbox i where i.saga_id = any(${ids}::text[])`,
    },
  ];
}
