import { contenderNamed } from '../contenders.ts';
import { measureLoad } from '../measure-load.ts';
import { inRounds, type Scenario } from '../scenario.ts';

/** Shares of the greatest throughput at which sagas arrive. */
const SHARES = [0.25, 0.5, 0.75, 0.9, 2] as const;
const SHORT_SHARES = [0.5, 2] as const;

/** Sagas that arrive by chance, at shares of what this run found to be the most, and at twice that. */
export const underLoad: Scenario = {
  name: 'under-load',
  async run(bench) {
    const most = bench.figures.spread('throughput/countermand/perSecond')?.median;
    if (most === undefined) return bench.say('under-load needs the figures of throughput');
    const contender = contenderNamed('countermand');
    const { inFlight } = contender;
    const { warmUpSeconds, loadSeconds, rounds } = bench.effort;
    const shares = (rounds > 3 ? SHARES : SHORT_SHARES).map((share) => ({
      share,
      label: `${share} of the most`,
    }));
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
