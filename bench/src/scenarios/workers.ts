import { contenderNamed } from '../contenders.ts';
import { DriverHandle } from '../driver-handle.ts';
import { inRounds, type Scenario } from '../scenario.ts';

const COUNTS = [1, 2, 4] as const;

/** One, two and four worker processes on one database, with as many sagas in flight altogether. */
export const workers: Scenario = {
  name: 'workers',
  async run(bench) {
    const contender = contenderNamed('countermand');
    const { warmUpSeconds, loadSeconds } = bench.effort;
    const subjects = COUNTS.map((count) => ({ count, label: `${count} worker processes` }));
    await inRounds(bench, subjects, ({ count }) =>
      bench.server.withDatabase(async (url) => {
        const drivers: DriverHandle[] = [];
        try {
          for (let opened = 0; opened < count; opened += 1)
            drivers.push(await DriverHandle.open(contender, { url }));
          const inFlight = contender.inFlight / count;
          const all = (seconds: number) => Promise.all(drivers.map((one) => one.loop({ inFlight, seconds })));
          const warmUp = await all(warmUpSeconds);
          await bench.server.query('checkpoint');
          const loads = await all(loadSeconds);
          const sagas = [...warmUp, ...loads].reduce((sum, load) => sum + load.sagas, 0);
          const completed = await drivers[0]?.completed();
          if (completed !== sagas)
            throw new Error(`${completed} of ${sagas} sagas are complete in the database`);
          const perSecond = loads.reduce((sum, load) => sum + load.perSecond, 0);
          bench.figures.add(`workers/${count}/perSecond`, perSecond);
          return `${perSecond.toFixed(0)} sagas/s`;
        } finally {
          await Promise.all(drivers.map((driver) => driver.close()));
        }
      }),
    );
  },
};
