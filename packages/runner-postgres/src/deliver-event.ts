import type { JsonObject } from '@countermand/saga-core';
import type { Ending } from './attempt-step.js';
import { errorText } from './error-text.js';
import type { Interruption } from './interruption.js';
import type { Chance } from './ports/chance.js';
import type { Clock } from './ports/clock.js';
import type { LeasedRow } from './ports/outbox-rows.js';
import { traceOf } from './traceparent.js';
import { withinTime } from './within-time.js';

/** A domain event, as a subscriber gets it. */
export interface PublishedEvent {
  /** The same for every delivery of this event. */
  readonly id: string;
  readonly sagaId: string;
  /** The saga definition's name. */
  readonly saga: string;
  /** From 1, in the order in which the saga published. */
  readonly sequence: number;
  readonly type: string;
  /** The event but for its type. */
  readonly payload: JsonObject;
  /** When it was published: milliseconds since the epoch, database time. */
  readonly at: number;
  /** W3C trace context of what caused it, where there is one. */
  readonly trace: { readonly traceparent?: string };
}

/** What a handler is called with beside the event. */
export interface EventCall {
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
}

/**
 * Takes one event. What it throws, and what takes too long, is delivered again, later: after the wait that an error
 * with a number of milliseconds as `retryInMs` asks for, or after one that doubles up to five minutes.
 */
export type EventHandler = (event: PublishedEvent, call: EventCall) => unknown;

const TIMEOUT_MS = 30_000;
const MAX_DELAY_MS = 300_000;
const LONGEST_ASKED_MS = 7 * 86_400_000;

/** Gives an event to its subscriber. It is tried for ever: the ones behind it must not overtake. */
export async function deliverEvent(
  row: LeasedRow,
  handler: EventHandler,
  env: { readonly interruption: Interruption; readonly clock: Clock; readonly chance: Chance },
): Promise<Ending> {
  const { interruption, clock } = env;
  try {
    const { attempt } = row;
    await withinTime<unknown>({ interruption, clock, limitMs: TIMEOUT_MS }, ({ signal }) =>
      handler(eventOf(row), { signal, attempt }),
    );
    return { kind: 'answer', outcome: { kind: 'done', output: null } };
  } catch (error) {
    const delayMs = retryInMsOf(error) ?? redeliveryDelayMs(row.attempt, env.chance);
    return { kind: 'retry', error: errorText(error), delayMs };
  }
}

/** The wait before an event is delivered again, in milliseconds: longer after each attempt, up to five minutes. */
export function redeliveryDelayMs(attempt: number, chance: Chance): number {
  return Math.min(MAX_DELAY_MS, 500 * 2 ** Math.min(attempt, 12)) * (0.8 + chance.random() * 0.2);
}

/** The wait that a handler's error asks for, at most a week. */
function retryInMsOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('retryInMs' in error)) return undefined;
  const { retryInMs } = error;
  if (typeof retryInMs !== 'number' || !Number.isFinite(retryInMs)) return undefined;
  return Math.min(Math.max(retryInMs, 0), LONGEST_ASKED_MS);
}

function eventOf(row: LeasedRow): PublishedEvent {
  const { type, ...payload } = row.input as JsonObject & { readonly type: string };
  const { sagaId, saga, visit: sequence, createdAt: at } = row;
  return { id: `${sagaId}:${sequence}`, sagaId, saga, sequence, type, payload, at, trace: traceOf(row) };
}
