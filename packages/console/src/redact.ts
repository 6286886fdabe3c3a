import type { Json, ToldEntry, ToldHistory } from '@countermand/saga-core';

/** What a value is part of. */
export interface Redactable {
  /** The saga definition's name. */
  readonly saga: string;
  readonly part: 'context' | 'attributes' | 'start' | 'event' | 'step input' | 'step output' | 'published';
  /** The event's type or the step's name, where there is one. */
  readonly name?: string;
}

/** Gives what may be shown of a value: the value itself, or something in its place. Called with a copy. */
export type Redact = (value: Json, of: Redactable) => Json;

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
  const { cause } = entry;
  const published = entry.published.map((event) => redactTyped(saga, 'published', event, redact));
  const told = { ...entry, published };
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

type Outcome = NonNullable<ToldHistory['steps'][number]['outcome']>;

function redactOutcome(saga: string, name: string, outcome: Outcome, redact: Redact): Outcome {
  const of = { saga, part: 'step output', name } as const;
  if (outcome.kind === 'done') return { ...outcome, output: redact(copy(outcome.output), of) };
  if (outcome.kind !== 'declined' || outcome.details === undefined) return outcome;
  return { ...outcome, details: redact(copy(outcome.details), of) };
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
  return { ...(typeof shown === 'object' && shown !== null ? shown : { payload: shown }), type } as Event;
}

function copy(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json;
}
