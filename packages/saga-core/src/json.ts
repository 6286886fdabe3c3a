import { SagaError } from './saga-error.js';

/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of JSON values. */
export type JsonObject = { readonly [key: string]: Json };

/** The largest context that a saga may have, in UTF-16 code units of its JSON text. */
const MAX_CONTEXT_LENGTH = 256 * 1024;

/** How deep a value may be nested: far more than anybody writes, far less than what parsers give up at. */
const MAX_DEPTH = 200;

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

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
  walk(value, path, [], seen);
  return seen;
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
  if (text.includes('\u0000')) throw notJson(path, 'a NUL character');
  if (LONE_SURROGATE.test(text)) throw notJson(path, 'a lone surrogate');
}

function notJson(path: string, what: string): SagaError {
  return new SagaError('NOT_JSON', `${path} holds ${what}; keep plain JSON there`);
}
