import { measureLoad } from '../measure-load.ts';
import { inRounds, type Scenario } from '../scenario.ts';

/** As many sagas a second as go, and what one costs. */
export const throughput: Scenario = {
  name: 'throughput',
  async run(bench) {
    const { warmUpSeconds, loadSeconds } = bench.effort;
    await inRounds(bench, bench.contenders, async (contender) => {
      const { inFlight } = contender;
      const load = await measureLoad(bench.server, contender, { inFlight, warmUpSeconds }, (driver) =>
        driver.loop({ inFlight, seconds: loadSeconds }),
      );
      bench.figures.addAll('throughput', contender.name, {
        perSecond: load.perSecond,
        p50: load.latencies.p50,
        p99: load.latencies.p99,
        workerCpuUs: load.workerCpuUs,
        serverCpuUs: load.serverCpuUs,
        commitsPerSaga: load.commitsPerSaga,
        walBytesPerSaga: load.walBytesPerSaga,
        diskBytesPerSaga: load.diskBytesPerSaga,
        peakRssBytes: load.peakRssBytes,
      });
      return `${load.perSecond.toFixed(0)} sagas/s`;
    });
  },
};
