import { measureLoad } from '../measure-load.ts';
import { inRounds, type Scenario } from '../scenario.ts';

/** One saga at a time, from its start to the commit of its last step. */
export const latency: Scenario = {
  name: 'latency',
  async run(bench) {
    const { warmUpSeconds, latencySeconds } = bench.effort;
    await inRounds(bench, bench.contenders, async (contender) => {
      const options = { inFlight: 1, warmUpSeconds, exact: true };
      const { latencies } = await measureLoad(bench.server, contender, options, (driver) =>
        driver.loop({ inFlight: 1, seconds: latencySeconds }),
      );
      const { p50, p99 } = latencies;
      bench.figures.addAll('latency', contender.name, { p50, p99, p99ToP50: p99 / p50 });
      return `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
    });
  },
};
