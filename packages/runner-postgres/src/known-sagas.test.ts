import type { Envelope } from '@countermand/saga-core';
import { describe, expect, it } from 'vitest';
import { KnownSagas, type SavedSaga } from './known-sagas.js';

const saved = (id: string, revision: number, more: Partial<SavedSaga> = {}): SavedSaga => ({
  stored: {
    ...{ id, revision, saga: 's', version: 1, status: 'running', envelope: {} as Envelope, attributes: {} },
    ...{ error: null, startNonce: 'n', inputHash: 'h', createdAt: 0, updatedAt: 0 },
  },
  length: 1_000,
  isAtRest: false,
  ...more,
});

describe('the sagas that a process remembers', () => {
  it('are those that it has moved, as it left them', () => {
    const known = new KnownSagas();
    known.keep([saved('a', 1), saved('b', 1)]);
    known.keep([saved('a', 2)]);
    expect([...known.of(['a', 'b', 'c'])].map(([id, { revision }]) => [id, revision])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('are forgotten when they have come to rest, or when nobody knows what became of them', () => {
    const known = new KnownSagas();
    known.keep([saved('a', 1), saved('b', 1)]);
    known.keep([saved('a', 2, { isAtRest: true })]);
    known.forget(['b', 'never seen']);
    expect(known.of(['a', 'b']).size).toBe(0);
  });

  it('never grow beyond a bound, whatever their size: the one moved longest ago goes first', () => {
    const known = new KnownSagas();
    known.keep(Array.from({ length: 5_000 }, (_, n) => saved(`${n}`, 1)));
    expect(known.of(['0', '999', '1000', '4999']).size).toBe(2);
    known.keep([saved('large', 1, { length: 16 * 1024 * 1024 - 1_000 })]);
    expect([...known.of(['4999', '4998', 'large']).keys()]).toEqual(['4999', 'large']);
  });
});
