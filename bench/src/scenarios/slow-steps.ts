import { contenderNamed } from '../contenders.ts';
import { measureLoad } from '../measure-load.ts';
import { inRounds, type Scenario } from '../scenario.ts';

const STEP_MS = { min: 6, max: 54 } as const;
const IN_FLIGHT = 1_000;

/** Steps that take 6 to 54 ms, with a thousand sagas in flight. */
export const slowSteps: Scenario = {
  name: 'slow-steps',
  async run(bench) {
    const subjects = bench.contenders.filter(({ name }) => name === 'countermand' || name === 'group-commit');
    await inRounds(bench, subjects, async ({ name }) => {
      const { warmUpSeconds, loadSeconds } = bench.effort;
      const options = { inFlight: IN_FLIGHT, warmUpSeconds, stepMs: STEP_MS };
      const { perSecond } = await measureLoad(bench.server, contenderNamed(name), options, (driver) =>
        driver.loop({ inFlight: IN_FLIGHT, seconds: loadSeconds }),
      );
      bench.figures.add(`slow-steps/${name}/perSecond`, perSecond);
      return `${perSecond.toFixed(0)} sagas/s`;
    });
  },
};
