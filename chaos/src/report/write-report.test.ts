import { expect, it } from 'vitest';
import { killWorkers } from '../plans/worker-plans.ts';
import type { Piece } from './piece.ts';
import { describeResults } from './write-report.ts';

const piece: Piece = {
  ...{
    seed: 7,
    startedAt: '2026-01-01T00:00:00.000Z',
    tookS: 120,
    loadAverage: 1.5,
    cores: 2,
    commit: 'abc1234',
  },
  ...{ orders: 100, repeats: 3, badEnds: [] },
  plans: [
    {
      ...{ name: 'kill-workers', strikes: 9, injected: 10, hitWork: 8, facts: {}, problems: [] },
      recoveries: [5_000, 6_000, 7_000],
    },
  ],
  judgement: { findings: [], checked: { orders: 100 }, restAfterS: 12 },
  signs: { duplicates: 4, zombies: 1, leasesLost: 2, handedOver: 9, pooledSteps: 5, pollingWorkers: 1 },
};

it('the report adds the worlds of a run up, and says what was hit and how long recovery took', () => {
  const report = describeResults([piece, { ...piece, seed: 8 }], [killWorkers]);
  expect(report).toContain('| Seeds | 7, 8 |');
  expect(report).toContain('| `kill-workers` | 10000 | 18 | 20 | 16 | 6 | 6.0 | 7.0 | 7.0 | 0 |  |');
  expect(report).toContain('## Problems\n\nNone.');
});

it('the report names every problem with the seed that showed it', () => {
  const findings = [{ invariant: 'M1', detail: 'one cent too much' }] as const;
  const report = describeResults([{ ...piece, judgement: { ...piece.judgement, findings } }], [killWorkers]);
  expect(report).toContain('| M1 | 1 |');
  expect(report).toContain('- seed 7, M1: one cent too much');
});
