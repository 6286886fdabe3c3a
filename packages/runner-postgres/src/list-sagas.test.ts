import { expect, it } from 'vitest';
import { pageFilter } from './list-sagas.js';
import { readSearch } from './search-cursor.js';

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
