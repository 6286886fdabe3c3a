import type { TimerDrain } from '../asides/timers.ts';
import { multiplySagas } from '../multiply-sagas.ts';
import { runAside } from '../run-aside.ts';
import { inRounds, once, type Scenario } from '../scenario.ts';

const STEPS_OF_A_SAGA = 5;
const TEMPLATES = 10;
const AN_HOUR_MS = 3_600_000;

/** Many sagas whose timers are all due when a worker begins. */
export const timers: Scenario = {
  name: 'timers',
  async run(bench) {
    const { timers } = bench.effort;
    const sagasPerSecond = bench.figures.spread('throughput/countermand/perSecond')?.median;
    await inRounds(once(bench), [{ label: `${timers} timers` }], () =>
      bench.server.withDatabase(async (url) => {
        await runAside('start-waiting', { url, sagas: TEMPLATES, waitMs: AN_HOUR_MS });
        await multiplySagas(url, { saga: 'waiting', upTo: timers, alive: true });
        await bench.server.queryIn(url, `update countermand.outbox set due_at = now() where kind = 'timer'`);
        const drain = await runAside<TimerDrain>('timers', { url });
        const perSecond = drain.timers / drain.seconds;
        bench.figures.addAll('timers', 'countermand', { timers: drain.timers, perSecond });
        if (sagasPerSecond !== undefined) {
          bench.figures.add('timers/countermand/stepsPerSecond', STEPS_OF_A_SAGA * sagasPerSecond);
        }
        return `${perSecond.toFixed(0)} timers/s`;
      }),
    );
  },
};
