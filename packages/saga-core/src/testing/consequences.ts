import type { Decision } from '../decision.js';
import type { Effect } from '../effect.js';
import type { Envelope } from '../envelope.js';
import type { Json, JsonObject } from '../json.js';
import { obligationId } from '../ledger.js';
import { delayOf } from './happening.js';

/**
 * What one happening comes to. What is left out must not have happened: a test that names no effect says that there
 * is none. `context` alone is compared by what it names.
 */
export interface Consequences {
  /** The machine's state value. */
  readonly state: Json;
  /** Parts of the context. */
  readonly context?: JsonObject;
  /** `applied`, or another outcome with its reason: `ignored NOT_HANDLED`. By default `applied`. */
  readonly outcome?: string;
  /** Steps, undos and probes that are asked for, in order: their names, or `[name, input]`. */
  readonly asks?: readonly (string | readonly [string, Json])[];
  /** Steps that the machine left, by their keys (`id:visit`). */
  readonly leaves?: readonly string[];
  /** Rows that stop, are run again, or are given up, by their keys. */
  readonly parksRows?: readonly string[];
  readonly reruns?: readonly string[];
  readonly givesUp?: readonly string[];
  /** Timers that are armed: the names of their delays. */
  readonly arms?: readonly string[];
  /** Timers that are cancelled. */
  readonly disarms?: readonly string[];
  /** Events that are published. */
  readonly publishes?: readonly JsonObject[];
  /** What is open in the world, in the order in which it was opened: `kind:instance`, with a `?` where it only may be. */
  readonly open?: readonly string[];
  /** The codes of the reasons why the saga is parked. */
  readonly parked?: readonly string[];
}

/** What a decision came to, in the form of what a test expects. */
export function consequencesOf(decision: Decision, expected: Partial<Consequences> = {}): Consequences {
  const { envelope, effects, outcome, reason } = decision;
  const of = <Type extends Effect['type']>(type: Type) =>
    effects.filter((effect): effect is Extract<Effect, { type: Type }> => effect.type === type);
  const keys = (type: 'leaveStep' | 'parkStep' | 'rerunStep' | 'cancelStep') =>
    of(type).map(({ key }) => key);
  return {
    state: envelope.snapshot.value,
    ...(expected.context && { context: pick(envelope.snapshot.context as JsonObject, expected.context) }),
    outcome: [outcome, reason?.split(':')[0]].filter(Boolean).join(' '),
    asks: of('runStep').map(({ step, role, input }, index) => {
      const name = role === 'probe' ? `probe ${step}` : step;
      return Array.isArray(expected.asks?.[index]) ? ([name, input] as const) : name;
    }),
    leaves: keys('leaveStep'),
    parksRows: keys('parkStep'),
    reruns: keys('rerunStep'),
    givesUp: keys('cancelStep'),
    arms: of('armTimer').map(({ id }) => delayOf(id)),
    disarms: of('cancelTimer').map(({ key }) => delayOf(key.replace(/^timer:/, '').replace(/:\d+$/, ''))),
    publishes: of('publish').map(({ event }) => event),
    open: openOf(envelope),
    parked: envelope.parked.map(({ code }) => code),
  };
}

/** The consequences that are named, and no others: `expect(story.came).toEqual(only({ state: 'PAID' }))`. */
export function only(expected: Consequences): Consequences {
  const nothing = { asks: [], leaves: [], parksRows: [], reruns: [], givesUp: [], arms: [], disarms: [] };
  return { outcome: 'applied', ...nothing, publishes: [], open: [], parked: [], ...expected };
}

function openOf(envelope: Envelope): string[] {
  return envelope.obligations
    .filter(({ certainty }) => certainty !== 'closed')
    .toSorted((a, b) => a.startedAs - b.startedAs)
    .map((one) => `${obligationId(one)}${one.certainty === 'maybe' ? '?' : ''}`);
}

function pick(context: JsonObject, like: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(like).map((key) => [key, context[key] ?? null]));
}
