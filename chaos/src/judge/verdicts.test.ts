import { expect, it } from 'vitest';
import { fillDisk } from '../plans/database-plans.ts';
import { Tally } from '../tally.ts';
import { INVARIANTS } from './judge.ts';
import { pollingVerdict, verdictsOf } from './verdicts.ts';

const signs = { duplicates: 0, zombies: 0, leasesLost: 0, handedOver: 0, pooledSteps: 0, pollingWorkers: 0 };
const outcome = {
  tallies: new Map([[fillDisk, new Tally()]]),
  judgement: { findings: [], checked: {}, restAfterS: 1 },
  signs,
  badEnds: [],
};
const failed = (verdicts: ReturnType<typeof verdictsOf>) =>
  verdicts.filter(({ problems }) => problems.length > 0).map(({ name }) => name);

it('a whole run that saw no call twice, or refused no zombie, has shown nothing', () => {
  const both = [
    'a participant was called twice, with the same key',
    'a worker that had lost its lease was refused',
  ];
  expect(failed(verdictsOf(outcome, true))).toEqual(both);
  expect(failed(verdictsOf({ ...outcome, signs: { ...signs, duplicates: 1 } }, true))).toEqual(both.slice(1));
  expect(failed(verdictsOf({ ...outcome, signs: { ...signs, duplicates: 1, zombies: 1 } }, true))).toEqual(
    [],
  );
});

it('one plan alone is judged by what it did, and by every invariant', () => {
  const verdicts = verdictsOf(outcome, false);
  expect(failed(verdicts)).toEqual([]);
  expect(verdicts.map(({ name }) => name)).toEqual([
    fillDisk.title,
    ...INVARIANTS.map((invariant) => `${invariant} holds`),
    'every process stops when it is asked to',
  ]);
  const findings = [{ invariant: 'M1' as const, detail: 'kept 5 of 10' }];
  const broken = {
    ...outcome,
    judgement: { findings, checked: {}, restAfterS: 1 },
    badEnds: ['worker-1: 137'],
  };
  expect(failed(verdictsOf(broken, false))).toEqual(['M1 holds', 'every process stops when it is asked to']);
});

it('a worker behind PgBouncer that polls and carries nothing out has failed', () => {
  expect(pollingVerdict({ ...signs, pollingWorkers: 1 }).problems).toHaveLength(1);
  expect(pollingVerdict({ ...signs, pollingWorkers: 1, pooledSteps: 1 }).problems).toEqual([]);
});
