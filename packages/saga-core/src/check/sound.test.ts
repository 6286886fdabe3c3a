import { describe, expect, test } from 'vitest';
import { SOUND } from '../test-support/check-corpus/sound-machines.js';
import { checkSaga } from './check-saga.js';

describe('a workflow in which nothing is wrong', () => {
  test('there are at least 15 of them', () => {
    expect(SOUND.length).toBeGreaterThanOrEqual(15);
  });

  test.each(SOUND)('$name is sound', (saga) => {
    const report = checkSaga(saga);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ sound: true, explored: { complete: true } });
    expect(report.explored.states).toBeGreaterThan(5);
  });
});
