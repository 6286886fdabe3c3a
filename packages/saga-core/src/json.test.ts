import { describe, expect, test as it } from 'vitest';
import { assertJson } from './json.js';

class Point {
  readonly x = 1;
}

describe('assertJson', () => {
  it.each([
    null,
    true,
    0,
    -1.5,
    'text',
    '🪑',
    [],
    [1, [2]],
    {},
    { a: { b: [null] } },
    { absent: undefined },
    Object.create(null),
  ])('takes %j', (value) => {
    expect(() => assertJson(value, 'it')).not.toThrow();
  });

  it.each([
    ['undefined', undefined, 'it holds undefined'],
    [
      'what no parser would take',
      JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`),
      'holds more than 200 levels',
    ],
    ['undefined in an array', [1, undefined], 'it[1] holds undefined'],
    ['a hole in an array', Array(1), 'it[0] holds undefined'],
    ['NaN', { a: Number.NaN }, 'it.a holds the number NaN'],
    ['infinity', Number.POSITIVE_INFINITY, 'it holds the number Infinity'],
    ['a bigint', 1n, 'it holds a bigint'],
    ['a symbol', Symbol('s'), 'it holds a symbol'],
    ['a function', () => 1, 'it holds a function'],
    ['a date', { at: new Date(0) }, 'it.at holds an instance of Date'],
    ['a map', new Map(), 'it holds an instance of Map'],
    ['an instance', new Point(), 'it holds an instance of Point'],
    ['NUL', { a: ['x\u0000'] }, 'it.a[0] holds a NUL character'],
    ['NUL in a key', { 'x\u0000': 1 }, 'it holds a NUL character'],
    ['a lone high surrogate', 'a\ud800b', 'it holds a lone surrogate'],
    ['a lone low surrogate', '\udc00', 'it holds a lone surrogate'],
    ['__proto__', JSON.parse('{"__proto__": 1}'), "it holds the key '__proto__'"],
    ['constructor', { constructor: 1 }, "it holds the key 'constructor'"],
    ['prototype', { a: { prototype: 1 } }, "it.a holds the key 'prototype'"],
  ])('refuses %s', (_name, value, message) => {
    expect(() => assertJson(value, 'it')).toThrow(`${message}; keep plain JSON there`);
  });

  it('refuses a cycle, and takes the same object twice', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => assertJson(cycle, 'it')).toThrow('it.self holds a cycle');
    const twice = { x: 1 };
    expect(() => assertJson([twice, twice], 'it')).not.toThrow();
  });
});
