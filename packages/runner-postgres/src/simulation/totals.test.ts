import { expect, it } from 'vitest';
import { SCENES } from './faults.js';
import { Totals } from './totals.js';

it('what several processes came to adds up to what one would have come to', () => {
  const report = {
    ...{ seed: 1, applied: 10, steps: 20, orders: 3, virtualMs: 5, trace: 'x' },
    faults: new Map([['call repeated', 2]]),
    scenes: new Map([['refund made later', 3]] as const),
    endings: new Map([['FAILED', 1]]),
    violations: ['M1 too much'],
  };
  const [one, both, merged] = [new Totals(), new Totals(), new Totals()];
  one.add(report);
  one.processorMs = 4_000;
  both.add(report);
  both.add(report);
  both.processorMs = 8_000;
  merged.merge(JSON.parse(JSON.stringify(one)));
  merged.merge(JSON.parse(JSON.stringify(one)));
  expect(merged).toEqual(both);
  expect(merged.missing).toEqual([
    ...['work in flight hit', 'zombie refused'],
    ...SCENES.filter((scene) => scene !== 'refund made later'),
  ]);
  expect(merged.describe(1_000)).toContain('20 events applied, 20 a second');
  expect(merged.describe(1_000)).toContain('8 s of processor time');
});
