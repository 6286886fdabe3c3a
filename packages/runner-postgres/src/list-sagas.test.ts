import type { JsonObject } from '@countermand/saga-core';
import { expect, it } from 'vitest';
import { type ListOptions, pageFilter } from './list-sagas.js';
import { readSearch } from './search-cursor.js';

/** What isn't a number at all is no JSON. */
const REFUSED = /^(SETTING_INVALID|NOT_JSON)$/;
const cursorOf = (...place: unknown[]) => Buffer.from(JSON.stringify(place)).toString('base64url');

it.each([
  ['2026-11-21 18:56:53.123456+00', 'order-1'],
  ['2026-11-21 18:56:53+05:30', 'order-1'],
])('a cursor that a page gave leads to its place (%s)', (createdAt, id) => {
  expect(pageFilter({ cursor: cursorOf(createdAt, id) })).toMatchObject({ after: { createdAt, id } });
  expect(readSearch({ cursor: cursorOf(0, createdAt, id) }).cursor).toEqual({
    section: 0,
    after: { createdAt, id },
  });
});

it.each([
  ['1', 'order-1'],
  ['2026-02-31 00:00:00+00', 'order-1'],
  ['2026-11-21 25:00:00+00', 'order-1'],
  ['2026-11-21T18:56:53Z', 'order-1'],
  ['2026-11-21 18:56:53+00', 'order\u0000'],
  ['2026-11-21 18:56:53+00', 7],
])('a made-up cursor is refused before the database is asked (%j, %j)', (createdAt, id) => {
  expect(() => pageFilter({ cursor: cursorOf(createdAt, id) })).toThrow(
    'cursor must be one that a page gave',
  );
  expect(() => readSearch({ cursor: cursorOf(0, createdAt, id) })).toThrow(
    'cursor must be one that a page gave',
  );
});

it.each<[Pick<ListOptions, 'createdAfter' | 'createdBefore'>]>([
  [{ createdAfter: 1e17 }],
  [{ createdBefore: -1e17 }],
  [{ createdAfter: Number.NaN }],
  [{ createdBefore: Number.POSITIVE_INFINITY }],
])('a time that no database reads is refused before it is asked (%j)', (times) => {
  expect(() => readSearch(times)).toThrow(expect.objectContaining({ code: expect.stringMatching(REFUSED) }));
  expect(() => pageFilter(times)).toThrow(expect.objectContaining({ code: expect.stringMatching(REFUSED) }));
});

it.each<[Pick<ListOptions, 'saga' | 'state' | 'attributes'>]>([
  [{ state: 'RESERVED\u0000' }],
  [{ saga: 'order\u0000' }],
  [{ attributes: { customer: '\u0000' } }],
  [{ attributes: JSON.parse('{"__proto__":{"customer":"alice"}}') as JsonObject }],
])('what no saga can have is refused before the database is asked (%j)', (filter) => {
  expect(() => readSearch(filter)).toThrow(expect.objectContaining({ code: 'SETTING_INVALID' }));
  expect(() => pageFilter(filter)).toThrow(expect.objectContaining({ code: 'NOT_JSON' }));
});
