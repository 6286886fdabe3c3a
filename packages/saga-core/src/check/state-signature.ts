import type { Envelope, Obligation, StepRun } from '../envelope.js';
import type { Json, JsonObject } from '../json.js';
import { obligationId } from '../ledger.js';
import type { AnySaga } from '../saga-definition.js';
import { rowKey } from '../saga-id.js';
import type { CheckOptions } from './check-options.js';

/** Tells whether two envelopes behave alike: those with the same signature do, as far as the report assumes. */
export type Signature = (envelope: Envelope) => string;

/**
 * Makes the signature of a saga's envelopes. Left out are times, visits, history, the order in which obligations
 * were opened, the inputs of steps, and the keys of the context that are to be ignored. Names that are alike are
 * swapped, and the least of the texts that this gives counts.
 */
export function signatureOf(saga: AnySaga, options: CheckOptions, widened: ReadonlySet<string>): Signature {
  const leftOut = new Set([...(options.ignore ?? []), ...widened]);
  const swaps = permutations(options.alike ?? []);
  return (envelope) => {
    const text = JSON.stringify(essence(saga, envelope, visibleContext(envelope, options, leftOut)));
    if (swaps.length < 2) return text;
    return swaps.map((swap) => swapped(text, swap)).sort()[0] ?? text;
  };
}

/** The part of the context that tells states apart. */
function visibleContext(
  { snapshot: { value, context } }: Envelope,
  { tells }: CheckOptions,
  leftOut: ReadonlySet<string>,
): unknown {
  if (tells) return tells(value, context as JsonObject);
  if (typeof context !== 'object' || context === null || Array.isArray(context)) return context;
  return Object.fromEntries(Object.entries(context).filter(([key]) => !leftOut.has(key)));
}

/** Whether a run can still change anything: an action's can only by what it closes. */
export function isWatched(saga: AnySaga, run: StepRun): boolean {
  return run.role !== 'action' || (saga.steps[run.step]?.closes.length ?? 0) > 0;
}

function essence(saga: AnySaga, envelope: Envelope, context: unknown): unknown[] {
  const { snapshot, compensation } = envelope;
  const runs = envelope.runs.filter((run) => isWatched(saga, run));
  return [
    snapshot.value,
    snapshot.status,
    snapshot.historyValue ?? null,
    context ?? null,
    envelope.obligations.map((one) => essenceOfObligation(saga, one, runs)).sort(byText),
    [...new Set(runs.map((run) => JSON.stringify(essenceOfRun(run))))].sort(),
    envelope.timers.map(({ id }) => id).sort(),
    envelope.parked.map(({ code, key }) => [code, key?.replace(/:\d+$/, '') ?? null]).sort(byText),
    compensation ? [compensation.invokes.map(({ id }) => id)] : null,
    [envelope.compensated, envelope.pivoted],
  ];
}

function essenceOfObligation(saga: AnySaga, one: Obligation, runs: readonly StepRun[]): Json {
  const { source, certainty } = one;
  if (certainty === 'closed') {
    // Old news stays old, whoever closed it; of the rest only news of what was never certain opens again.
    const old = one.wasCertain || one.closedBy === 'step' || one.closedBy === 'event';
    return [obligationId(one), 'closed', old ?? false];
  }
  const maybe = certainty === 'maybe' && [
    'key' in source && runs.some((run) => rowKey(run.id, run.visit) === source.key),
    'step' in source && (saga.steps[source.step]?.probe ?? false) && !one.probed,
  ];
  return [obligationId(one), certainty, maybe, [...(one.supersedes ?? [])], one.undo ?? null];
}

function essenceOfRun(run: StepRun): Json {
  const { id, role, left, awaiting, parked, answered, opens, closes, target, tried } = run;
  const flags = [left, awaiting, parked, answered, tried ?? false];
  return [role, id, flags, opens ?? null, [...closes], target ?? null];
}

function byText(a: Json, b: Json): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

type Swap = ReadonlyMap<string, string>;

function permutations(names: readonly string[]): Swap[] {
  const orders = (rest: readonly string[]): string[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((name) => orders(rest.filter((other) => other !== name)).map((tail) => [name, ...tail]));
  return orders(names).map((order) => new Map(names.map((name, index) => [name, order[index] ?? name])));
}

/** The text with names swapped and every list put in order again. */
function swapped(text: string, swap: Swap): string {
  const names = new RegExp(`\\b(${[...swap.keys()].join('|')})\\b`, 'g');
  return JSON.stringify(inOrder(JSON.parse(text.replace(names, (name) => swap.get(name) ?? name)) as Json));
}

function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder).sort(byText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, inOrder(inner)]),
  );
}
