import { type Contender, contenderNamed } from '../contenders.ts';
import { measureLoad } from '../measure-load.ts';
import { type Bench, inRounds, type Scenario } from '../scenario.ts';

/**
 * Sagas that arrive by chance, at shares of the greatest throughput and at twice that. Each round begins with the
 * greatest, of which its shares are, goes down from there, and ends with one saga at a time: what is compared is
 * measured within a minute or two, whatever the machine does meanwhile.
 */
export const underLoad: Scenario = {
  name: 'under-load',
  async run(bench) {
    const contender = contenderNamed('countermand');
    const shares = [...bench.effort.loadShares].sort((one, other) => other - one);
    await inRounds(
      bench,
      [
        { label: 'the most', measure: () => measureMost(bench, contender) },
        ...shares.map((share) => ({
          label: `${share} of the most`,
          measure: () => measureShare(bench, contender, share),
        })),
        { label: 'one at a time', measure: () => measureIdle(bench, contender) },
      ],
      ({ measure }) => measure(),
    );
  },
};

async function measureMost({ server, effort, figures }: Bench, contender: Contender): Promise<string> {
  const { inFlight } = contender;
  const { warmUpSeconds, loadSeconds } = effort;
  const { perSecond, peakRssBytes } = await measureLoad(
    server,
    contender,
    { inFlight, warmUpSeconds },
    (driver) => driver.loop({ inFlight, seconds: loadSeconds }),
  );
  figures.addAll('under-load', 'most', { perSecond, peakRssBytes });
  return `${perSecond.toFixed(0)} sagas/s`;
}

async function measureShare(
  { server, effort, figures }: Bench,
  contender: Contender,
  share: number,
): Promise<string> {
  const most = figures.rounds('under-load/most/perSecond').at(-1);
  if (most === undefined) throw new Error('nobody knows the most');
  const { inFlight } = contender;
  const { warmUpSeconds, loadSeconds } = effort;
  const load = await measureLoad(server, contender, { inFlight, warmUpSeconds }, (driver) =>
    driver.arrivals({ perSecond: share * most, seconds: loadSeconds }),
  );
  const { perSecond, peakRssBytes, refused } = load;
  const { p50, p99 } = load.latencies;
  figures.addAll('under-load', String(share), { perSecond, p50, p99, peakRssBytes, refused });
  return `${perSecond.toFixed(0)} sagas/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}

async function measureIdle({ server, effort, figures }: Bench, contender: Contender): Promise<string> {
  const { warmUpSeconds, latencySeconds } = effort;
  const options = { inFlight: 1, warmUpSeconds, exact: true };
  const { latencies } = await measureLoad(server, contender, options, (driver) =>
    driver.loop({ inFlight: 1, seconds: latencySeconds }),
  );
  const { p50, p99 } = latencies;
  figures.addAll('under-load', 'idle', { p50, p99 });
  return `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
}
