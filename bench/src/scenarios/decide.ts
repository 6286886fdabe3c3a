import type { DecideSpeed } from '../asides/decide.ts';
import { runAside } from '../run-aside.ts';
import { inRounds, type Scenario } from '../scenario.ts';

/** Decisions alone, without a database: one order of the order machine again and again, on one core. */
export const decide: Scenario = {
  name: 'decide',
  async run(bench) {
    await inRounds(bench, [{ label: 'order machine' }], async () => {
      const seconds = bench.effort.latencySeconds;
      const speed = await runAside<DecideSpeed>('decide', { seconds });
      bench.figures.addAll('decide', 'order', { ...speed });
      const { perSecond, perSecondThroughJson } = speed;
      return `${perSecond.toFixed(0)} transitions/s, ${perSecondThroughJson.toFixed(0)} through JSON`;
    });
  },
};
