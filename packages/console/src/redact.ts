import type { Json, JsonObject, ToldEntry, ToldHistory } from '@countermand/saga-core';

/** What a value is part of. */
export interface Redactable {
  /** The saga definition's name. */
  readonly saga: string;
  /** `error`: what was said when something failed, by an adapter, a subscriber or the machine's own code; a text. */
  readonly part:
    | 'context'
    | 'attributes'
    | 'start'
    | 'event'
    | 'step input'
    | 'step output'
    | 'published'
    | 'error';
  /** The event's type or the step's name, where there is one. */
  readonly name?: string;
}

/** Gives what may be shown of a value: the value itself, or something in its place. Called with a copy. */
export type Redact = (value: Json, of: Redactable) => Json;

/**
 * Attributes as they may be shown. What a redaction gives in place of all of them is shown under a name that says so.
 */
export function redactAttributes(saga: string, attributes: JsonObject, redact: Redact): JsonObject {
  if (Object.keys(attributes).length === 0) return attributes;
  const shown = redact(copy(attributes), { saga, part: 'attributes' }) ?? {};
  return isObject(shown) ? shown : { attributes: shown };
}

/** What an error said, as it may be shown. @param name - of the step that failed, or the event that wasn't taken */
export function redactError(saga: string, message: string, redact: Redact, name?: string): string {
  const shown = redact(message, { saga, part: 'error', ...(name !== undefined && { name }) });
  return typeof shown === 'string' ? shown : JSON.stringify(shown ?? null);
}

/** Everything in a story that carries payloads, redacted. */
export function redactStory(saga: string, story: ToldHistory, redact: Redact): ToldHistory {
  const names = new Map(story.steps.map(({ key, step }) => [key, step]));
  return {
    ...story,
    entries: story.entries.map((entry) => redactEntry(saga, entry, names, redact)),
    steps: story.steps.map((span) => {
      const { outcome, step } = span;
      const input = redact(copy(span.input), { saga, part: 'step input', name: step });
      return { ...span, input, ...(outcome && { outcome: redactOutcome(saga, step, outcome, redact) }) };
    }),
  };
}

function redactEntry(
  saga: string,
  entry: ToldEntry,
  names: ReadonlyMap<string, string>,
  redact: Redact,
): ToldEntry {
  const { cause, reason } = entry;
  const published = entry.published.map((event) => redactTyped(saga, 'published', event, redact));
  const told = {
    ...entry,
    published,
    ...(reason !== undefined && !isByPerson(cause) && { reason: redactReason(saga, reason, redact) }),
  };
  if (cause?.type === 'start') {
    return { ...told, cause: { ...cause, input: redact(copy(cause.input), { saga, part: 'start' }) } };
  }
  if (cause?.type === 'event') {
    return { ...told, cause: { ...cause, event: redactTyped(saga, 'event', cause.event, redact) } };
  }
  if (cause?.type === 'answer') {
    const name = names.get(`${cause.id}:${cause.visit}`) ?? cause.id;
    return { ...told, cause: { ...cause, outcome: redactOutcome(saga, name, cause.outcome, redact) } };
  }
  return told;
}

/** What a person has done stands there with the reason that they gave. */
function isByPerson(cause: ToldEntry['cause']): boolean {
  return cause?.type === 'retry' || cause?.type === 'skip' || cause?.type === 'park';
}

/** `PARKED: what an adapter said`: the code stays. */
function redactReason(saga: string, reason: string, redact: Redact): string {
  const at = reason.indexOf(': ');
  if (at < 0) return reason;
  return `${reason.slice(0, at)}: ${redactError(saga, reason.slice(at + 2), redact)}`;
}

type Outcome = NonNullable<ToldHistory['steps'][number]['outcome']>;

function redactOutcome(saga: string, name: string, outcome: Outcome, redact: Redact): Outcome {
  const of = { saga, part: 'step output', name } as const;
  switch (outcome.kind) {
    case 'done': {
      const { fault } = outcome;
      const shown = { ...outcome, output: redact(copy(outcome.output), of) };
      return fault === undefined ? shown : { ...shown, fault: redactError(saga, fault, redact, name) };
    }
    case 'declined':
      return outcome.details === undefined
        ? outcome
        : { ...outcome, details: redact(copy(outcome.details), of) };
    case 'unknown':
      return { ...outcome, message: redactError(saga, outcome.message, redact, name) };
    default:
      return outcome;
  }
}

/** The type says what it is, and stays. */
function redactTyped<Event extends { readonly type: string }>(
  saga: string,
  part: 'event' | 'published',
  event: Event,
  redact: Redact,
): Event {
  const { type, ...payload } = event;
  const shown = redact(copy(payload), { saga, part, name: type });
  return { ...(isObject(shown) ? shown : { payload: shown }), type } as Event;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function copy(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json;
}
