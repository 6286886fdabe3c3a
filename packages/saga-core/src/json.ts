import { SagaError } from './saga-error.js';

/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of JSON values. */
export type JsonObject = { readonly [key: string]: Json };

/** The largest context that a saga may have, in UTF-16 code units of its JSON text. */
export const MAX_CONTEXT_LENGTH = 256 * 1024;

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * Throws `NOT_JSON` unless the value is JSON all the way down and can be stored as PostgreSQL `jsonb`.
 *
 * Refused: `undefined` inside arrays, `NaN`, infinities, `bigint`, functions, symbols, dates, maps and other
 * class instances, cycles, NUL characters, lone surrogates, and keys that could reach a prototype.
 * A property that is `undefined` counts as absent, as it does for `JSON.stringify`.
 *
 * @param where - names the value in the error, for example `context`
 */
export function assertJson(value: unknown, where: string): asserts value is Json {
  walk(value, where, new Set());
}

function walk(value: unknown, path: string, ancestors: Set<object>): void {
  switch (typeof value) {
    case 'string':
      return assertText(value, path);
    case 'boolean':
      return;
    case 'number':
      if (Number.isFinite(value)) return;
      throw notJson(path, `the number ${value}`);
    case 'object':
      return value === null ? undefined : walkObject(value, path, ancestors);
    default:
      throw notJson(path, value === undefined ? 'undefined' : `a ${typeof value}`);
  }
}

function walkObject(value: object, path: string, ancestors: Set<object>): void {
  if (ancestors.has(value)) throw notJson(path, 'a cycle');
  ancestors.add(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) walk(value[index], `${path}[${index}]`, ancestors);
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw notJson(path, `an instance of ${value.constructor?.name ?? 'a class'}`);
    }
    for (const [key, child] of Object.entries(value)) {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype')
        throw notJson(path, `the key '${key}'`);
      assertText(key, path);
      if (child !== undefined) walk(child, `${path}.${key}`, ancestors);
    }
  }
  ancestors.delete(value);
}

function assertText(text: string, path: string): void {
  if (text.includes('\u0000')) throw notJson(path, 'a NUL character');
  if (LONE_SURROGATE.test(text)) throw notJson(path, 'a lone surrogate');
}

function notJson(path: string, what: string): SagaError {
  return new SagaError('NOT_JSON', `${path} holds ${what}; keep plain JSON there`);
}
