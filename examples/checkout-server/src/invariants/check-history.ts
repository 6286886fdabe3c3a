import {
  begin,
  type Cause,
  decide,
  type Envelope,
  type HistoryEntry,
  messageOf,
} from '@countermand/saga-core';
import { type OrderSaga, type OrderStatus, orderStatus } from '@countermand/saga-core/order';
import { breather } from './breathe.ts';
import { machineEdges } from './machine-edges.ts';
import type { OrderRows, SagaRows } from './read-own-rows.ts';
import type { Violation } from './violation.ts';

const ENDS: ReadonlySet<OrderStatus> = new Set(['FAILED', 'CANCELLED', 'IN_TRANSIT']);

/**
 * History: H1 it is 1 to n without a gap; H2 replaying it through the machine gives what is stored; H3 every step of
 * it is an edge of the machine; H4 an end is entered once and never left.
 */
export async function checkHistory(saga: OrderSaga, orders: readonly OrderRows[]): Promise<Violation[]> {
  const edges = machineEdges(saga.machine);
  const breathe = breather();
  const violations: Violation[] = [];
  for (const { id, saga: rows } of orders) {
    await breathe();
    if (rows) violations.push(...violationsOf(saga, edges, id, rows));
  }
  return violations;
}

function violationsOf(saga: OrderSaga, edges: ReadonlySet<string>, id: string, rows: SagaRows): Violation[] {
  const { history, envelope } = rows;
  const details: [string, string | undefined][] = [
    ['H1', gapIn(history, envelope)],
    ['H2', differenceOf(saga, id, rows)],
    ['H3', strayStep(history, edges)],
    ['H4', leftEnd(history)],
  ];
  return details.flatMap(([invariant, detail]) =>
    detail === undefined ? [] : { invariant, order_id: id, detail },
  );
}

function gapIn(history: readonly HistoryEntry[], { seq: last }: Envelope): string | undefined {
  const wrong = history.findIndex(({ seq }, index) => seq !== index + 1);
  if (wrong >= 0) return `entry ${wrong + 1} is numbered ${history[wrong]?.seq}`;
  return history.length === last ? undefined : `${history.length} entries, ${last} were written`;
}

/** What the machine makes of the recorded causes, each at its time, compared with what is stored. */
function differenceOf(
  saga: OrderSaga,
  id: string,
  { history, envelope, error }: SagaRows,
): string | undefined {
  // The runner itself has stopped it: its last cause isn't decided.
  if (error !== null) return undefined;
  try {
    const replayed = replay(saga, id, history);
    if (!replayed) return 'there is no start';
    const stored: Record<string, unknown> = { ...envelope };
    const again: Record<string, unknown> = { ...replayed };
    const keys = new Set([...Object.keys(stored), ...Object.keys(again)]);
    const different = [...keys].filter((key) => canonical(stored[key]) !== canonical(again[key]));
    return different.length === 0 ? undefined : `a replay gives another ${different.join(', ')}`;
  } catch (thrown) {
    return `it can't be replayed: ${messageOf(thrown)}`;
  }
}

function replay(saga: OrderSaga, sagaId: string, history: readonly HistoryEntry[]): Envelope | undefined {
  let envelope: Envelope | undefined;
  for (const { cause, at, actor } of history) {
    if (!cause) continue;
    if (cause.type === 'start') envelope = begin(saga, { sagaId, input: cause.input, at, actor }).envelope;
    else if (envelope) envelope = decide(saga, envelope, cause satisfies Cause, at).envelope;
  }
  return envelope;
}

function strayStep(history: readonly HistoryEntry[], edges: ReadonlySet<string>): string | undefined {
  let at: OrderStatus | undefined;
  for (const { seq, from, to } of history) {
    const [before, after] = [from === null ? undefined : orderStatus(from), orderStatus(to)];
    if (before !== at)
      return `entry ${seq} begins in ${before ?? 'nothing'}, the one before ended in ${at ?? 'nothing'}`;
    const isStart = before === undefined && after === 'CREATED';
    if (!isStart && before !== after && !edges.has(`${before} ${after}`)) {
      return `entry ${seq} goes from ${before ?? 'nothing'} to ${after}, which is no edge`;
    }
    at = after;
  }
  return undefined;
}

function leftEnd(history: readonly HistoryEntry[]): string | undefined {
  const entered = history.findIndex(({ to }) => ENDS.has(orderStatus(to)));
  if (entered < 0) return undefined;
  const end = orderStatus(history[entered]?.to ?? null);
  const left = history.slice(entered + 1).find(({ to }) => orderStatus(to) !== end);
  return left && `entry ${left.seq} leaves ${end}`;
}

/** One text for everything that is the same JSON, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
