import { expect, it } from 'vitest';
import { definePlan, type Stage } from './plan.ts';
import { runPlan } from './run-plan.ts';

// Only these are looked at by a plan that does nothing with its world.
const stage = { recoveries: { settled: () => Promise.resolve() } } as unknown as Stage;

it('a plan whose strike fails ends what it began, and waits for what it left under way', async () => {
  const happened: string[] = [];
  const { promise: slow, resolve: finish } = Promise.withResolvers<void>();
  const plan = definePlan({
    name: 'failing',
    title: 'its second strike fails',
    counts: { small: 2, long: 2 },
    weight: 1,
    schedule: (_random, count) => Array.from({ length: count }, (_, worker) => ({ afterMs: 0, worker })),
    begin: () => () => Promise.resolve(void happened.push('ended')),
    strike({ beside }, { worker }) {
      if (worker === 1) return Promise.reject(new Error('no worker was ready'));
      beside(slow.then(() => void happened.push('the first strike is over')));
      setImmediate(finish);
      return Promise.resolve();
    },
  });
  const { problems } = await runPlan(plan, stage, { seed: 1, count: 2 });
  expect(problems).toContainEqual(expect.stringContaining('no worker was ready'));
  expect(happened).toEqual(['the first strike is over', 'ended']);
});
