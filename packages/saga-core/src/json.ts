import { SagaError } from './saga-error.js';

/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of JSON values. */
export type JsonObject = { readonly [key: string]: Json };

/** The largest context that a saga may have, in UTF-16 code units of its JSON text. */
const MAX_CONTEXT_LENGTH = 256 * 1024;

/** How deep a value may be nested: far more than anybody writes, far less than what parsers give up at. */
const MAX_DEPTH = 200;

/** What a walk over a value has found. */
interface Found {
  /** The length of its JSON text is no more than this. */
  longest: number;
  /** `JSON.parse(JSON.stringify(value))` is the same, but for being another object. */
  isExact: boolean;
}

/**
 * Throws `NOT_JSON` unless the value is JSON all the way down and can be stored as PostgreSQL `jsonb`.
 *
 * Refused: `undefined` inside arrays, `NaN`, infinities, `bigint`, functions, symbols, dates, maps and other
 * class instances, cycles, NUL characters, lone surrogates, keys that could reach a prototype, and what is nested
 * deeper than 200.
 * A property that is `undefined` counts as absent, as it does for `JSON.stringify`.
 *
 * @param where - names the value in the error, for example `context`
 */
export function assertJson(value: unknown, where: string): asserts value is Json {
  look(value, where);
}

/** Contexts that were found exact: most transitions leave them as they are, and they are asked about each time. */
const exact = new WeakSet<object>();

/** @throws SagaError `NOT_JSON`, or `CONTEXT_TOO_LARGE` when its JSON text is longer than allowed */
export function assertContext(context: unknown): asserts context is JsonObject {
  const { longest, isExact } = look(context, 'context');
  if (isExact && typeof context === 'object' && context !== null) exact.add(context);
  if (longest <= MAX_CONTEXT_LENGTH) return;
  const { length } = JSON.stringify(context);
  if (length <= MAX_CONTEXT_LENGTH) return;
  throw new SagaError(
    'CONTEXT_TOO_LARGE',
    `the context has ${length} characters; at most ${MAX_CONTEXT_LENGTH} are kept`,
  );
}

/** Whether a value that is known to be JSON comes back from its JSON text unchanged: no `undefined`, no `-0`. */
export function isExactJson(value: Json): boolean {
  if (typeof value === 'object' && value !== null && exact.has(value)) return true;
  return look(value, 'value').isExact;
}

function look(value: unknown, path: string): Found {
  const seen: Found = { longest: 0, isExact: true };
  if (isPlainlyExact(value, seen, 0)) return seen;
  const closer: Found = { longest: 0, isExact: true };
  walk(value, path, [], closer);
  return closer;
}

/**
 * Whether there is nothing special about a value: most are like that, and are seen through in a fifth of the time that
 * it takes to know where in it something is. Of anything else {@link walk} says what it is.
 */
function isPlainlyExact(value: unknown, seen: Found, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      seen.longest += 6 * value.length + 2;
      return isStorable(value);
    case 'boolean':
      seen.longest += 5;
      return true;
    case 'number':
      seen.longest += 25;
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      seen.longest += 4;
      return value === null || (depth < MAX_DEPTH && isPlainlyExactWithin(value, seen, depth + 1));
    default:
      return false;
  }
}

/** A copy of a value that comes back from its JSON text unchanged; `undefined` for any other. */
export function copyOfExact(value: unknown): Json | undefined {
  return isPlainlyExact(value, { longest: 0, isExact: true }, 0) ? copyOf(value as Json) : undefined;
}

function copyOf(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  const copy: Record<string, Json> = {};
  for (const key of Object.keys(value)) copy[key] = copyOf((value as JsonObject)[key] as Json);
  return copy;
}

function isPlainlyExactWithin(value: object, seen: Found, depth: number): boolean {
  if (Array.isArray(value)) {
    seen.longest += value.length;
    for (let index = 0; index < value.length; index += 1) {
      if (!isPlainlyExact(value[index], seen, depth)) return false;
    }
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype' || !isStorable(key)) return false;
    seen.longest += 6 * key.length + 4;
    if (!isPlainlyExact((value as Record<string, unknown>)[key], seen, depth)) return false;
  }
  return true;
}

function walk(value: unknown, path: string, ancestors: object[], seen: Found): void {
  switch (typeof value) {
    case 'string':
      seen.longest += 6 * value.length + 2;
      return assertText(value, path);
    case 'boolean':
      seen.longest += 5;
      return;
    case 'number':
      if (!Number.isFinite(value)) throw notJson(path, `the number ${value}`);
      if (Object.is(value, -0)) seen.isExact = false;
      seen.longest += 25;
      return;
    case 'object':
      if (value !== null) return walkObject(value, path, ancestors, seen);
      seen.longest += 4;
      return;
    default:
      throw notJson(path, value === undefined ? 'undefined' : `a ${typeof value}`);
  }
}

function walkObject(value: object, path: string, ancestors: object[], seen: Found): void {
  if (ancestors.includes(value)) throw notJson(path, 'a cycle');
  if (ancestors.length >= MAX_DEPTH)
    throw notJson(`${path.slice(0, 40)}...`, `more than ${MAX_DEPTH} levels`);
  ancestors.push(value);
  if (Array.isArray(value)) {
    seen.longest += 2 + value.length;
    for (let index = 0; index < value.length; index += 1) {
      walk(value[index], `${path}[${index}]`, ancestors, seen);
    }
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype) {
      if (prototype !== null) throw notJson(path, `an instance of ${value.constructor?.name ?? 'a class'}`);
      seen.isExact = false;
    }
    seen.longest += 2;
    for (const [key, child] of Object.entries(value)) {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype')
        throw notJson(path, `the key '${key}'`);
      seen.longest += 6 * key.length + 4;
      assertText(key, path);
      if (child === undefined) seen.isExact = false;
      else walk(child, `${path}.${key}`, ancestors, seen);
    }
  }
  ancestors.pop();
}

function assertText(text: string, path: string): void {
  if (isStorable(text)) return;
  throw notJson(path, text.includes('\u0000') ? 'a NUL character' : 'a lone surrogate');
}

function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

function notJson(path: string, what: string): SagaError {
  return new SagaError('NOT_JSON', `${path} holds ${what}; keep plain JSON there`);
}
