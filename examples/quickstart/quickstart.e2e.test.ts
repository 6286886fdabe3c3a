import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { checkSaga } from '@countermand/saga-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { trip } from './trip.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createEmptyDatabase();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await database.drop();
});

it('the trip is sound', () => {
  expect(checkSaga(trip)).toMatchObject({ verdict: 'sound', findings: [] });
});

it('the quickstart books one trip, and undoes what the other two had done', async () => {
  vi.stubEnv('DATABASE_URL', database.url);
  const lines: unknown[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
  await import('./index.ts');
  expect(lines).toEqual([
    ...['seat 1A booked', '4900 cents taken from visa', 'ticket sent to ann@example.com'],
    ...['seat 2B booked', 'seat 2B freed'],
    ...['seat 3C booked', '4900 cents taken from amex', '4900 cents given back to amex', 'seat 3C freed'],
    '1A booked, 2B cancelled, 3C cancelled',
  ]);
});
