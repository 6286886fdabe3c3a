import type { TimerDrain } from '../asides/timers.ts';
import { contenderNamed } from '../contenders.ts';
import { measureLoad } from '../measure-load.ts';
import { multiplySagas } from '../multiply-sagas.ts';
import { runAside } from '../run-aside.ts';
import { type Bench, inRounds, type Scenario } from '../scenario.ts';

const STEPS_OF_A_SAGA = 5;
const TEMPLATES = 10;
const AN_HOUR_MS = 3_600_000;

/** Many sagas whose timers are all due when a worker begins, and the greatest throughput of the same minute. */
export const timers: Scenario = {
  name: 'timers',
  async run(bench) {
    await inRounds(
      bench,
      [
        { label: 'steps', measure: () => measureSteps(bench) },
        { label: `${bench.effort.timers} timers`, measure: () => measureTimers(bench) },
      ],
      ({ measure }) => measure(),
    );
  },
};

async function measureSteps({ server, effort, figures }: Bench): Promise<string> {
  const contender = contenderNamed('countermand');
  const { inFlight } = contender;
  const { warmUpSeconds, loadSeconds } = effort;
  const load = await measureLoad(server, contender, { inFlight, warmUpSeconds }, (driver) =>
    driver.loop({ inFlight, seconds: loadSeconds }),
  );
  const stepsPerSecond = STEPS_OF_A_SAGA * load.perSecond;
  figures.add('timers/countermand/stepsPerSecond', stepsPerSecond);
  return `${stepsPerSecond.toFixed(0)} steps/s`;
}

async function measureTimers({ server, effort, figures }: Bench): Promise<string> {
  return await server.withDatabase(async (url) => {
    await runAside('start-waiting', { url, sagas: TEMPLATES, waitMs: AN_HOUR_MS });
    await multiplySagas(url, { saga: 'waiting', upTo: effort.timers, alive: true });
    await server.queryIn(url, `update countermand.outbox set due_at = now() where kind = 'timer'`);
    const drain = await runAside<TimerDrain>('timers', { url });
    const perSecond = drain.timers / drain.seconds;
    figures.addAll('timers', 'countermand', { timers: drain.timers, perSecond });
    return `${perSecond.toFixed(0)} timers/s`;
  });
}
