import { contenderNamed } from '../contenders.ts';
import { measureLoad } from '../measure-load.ts';
import { inRounds, type Scenario } from '../scenario.ts';

/** Sagas that arrive by chance, at shares of what this run found to be the most, and at twice that. */
export const underLoad: Scenario = {
  name: 'under-load',
  async run(bench) {
    const most = bench.figures.spread('throughput/countermand/perSecond')?.median;
    if (most === undefined) return bench.say('under-load needs the figures of throughput');
    const contender = contenderNamed('countermand');
    const { inFlight } = contender;
    const { warmUpSeconds, loadSeconds, loadShares } = bench.effort;
    const shares = loadShares.map((share) => ({ share, label: `${share} of the most` }));
    await inRounds(bench, shares, async ({ share }) => {
      const perSecond = share * most;
      const load = await measureLoad(bench.server, contender, { inFlight, warmUpSeconds }, (driver) =>
        driver.arrivals({ perSecond, seconds: loadSeconds }),
      );
      const { p50, p99 } = load.latencies;
      bench.figures.addAll('under-load', String(share), {
        ...{ perSecond: load.perSecond, p50, p99, peakRssBytes: load.peakRssBytes, refused: load.refused },
      });
      return `${load.perSecond.toFixed(0)} sagas/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
    });
  },
};
