import type { Cause, StepOutcome } from './cause.js';
import { assertJson, copyOfExact, type Json } from './json.js';
import { messageOf } from './saga-error.js';

/**
 * An outcome as it can be stored: what an adapter gave, through JSON, as its schema will see it. Text that a database
 * refuses is replaced, and named in `fault`, so that such an output is never taken. The same outcome again stays as
 * it is.
 */
export function plainOutcome(outcome: StepOutcome): StepOutcome {
  if (outcome instanceof PlainDone || plainOnes.has(outcome)) return outcome;
  const made = makePlain(outcome);
  if (!(made instanceof PlainDone)) plainOnes.add(made);
  return made;
}

/** An answer is made plain when it comes, and asked again when it is decided: most are of this class. */
class PlainDone {
  readonly kind = 'done';

  constructor(readonly output: Json) {}
}

/** The others that were made here. */
const plainOnes = new WeakSet<StepOutcome>();

function makePlain(outcome: StepOutcome): StepOutcome {
  switch (outcome.kind) {
    case 'awaiting':
      return outcome;
    case 'unknown':
      return { kind: 'unknown', message: plainText(outcome.message) };
    case 'declined': {
      const { kind, code, details } = outcome;
      return { kind, code: plainText(code), ...(details !== undefined && { details: plain(details) }) };
    }
    case 'done': {
      if (outcome.output === undefined) return outcome;
      const output = exactly(outcome.output);
      if (output !== undefined && outcome.fault === undefined) return new PlainDone(output);
      const fault = outcome.fault ?? faultOf(outcome.output);
      return { kind: 'done', output: plain(outcome.output), ...(fault !== undefined && { fault }) };
    }
  }
}

/** A cause whose outcome, should it be an answer, is plain. */
export function plainCause<One extends Cause>(cause: One): One {
  return cause.type === 'answer' ? { ...cause, outcome: plainOutcome(cause.outcome) } : cause;
}

/** Text that can be stored: what can't be is replaced by U+FFFD. */
function plainText(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

function plain(value: unknown): Json {
  const text = textOf(value);
  return text === undefined ? plainText(String(value)) : cleaned(JSON.parse(text) as Json);
}

/** A copy through JSON of what needs no change to be stored. */
function exactly(value: unknown): Json | undefined {
  const same = copyOfExact(value);
  if (same !== undefined) return same;
  const text = textOf(value);
  if (text === undefined) return undefined;
  const copy: unknown = JSON.parse(text);
  try {
    assertJson(copy, 'output');
    return copy;
  } catch {
    return undefined;
  }
}

function faultOf(output: unknown): string | undefined {
  const text = textOf(output);
  if (text === undefined) return 'it cannot be written as JSON';
  try {
    assertJson(JSON.parse(text), 'output');
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** `undefined` for what JSON can't write: a cycle, a function. */
function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner));
  } catch {
    return undefined;
  }
}

function cleaned(value: Json): Json {
  if (typeof value === 'string') return plainText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cleaned);
  const entries = Object.entries(value).filter(
    ([key]) => !['__proto__', 'constructor', 'prototype'].includes(key),
  );
  return Object.fromEntries(entries.map(([key, inner]) => [plainText(key), cleaned(inner)]));
}
