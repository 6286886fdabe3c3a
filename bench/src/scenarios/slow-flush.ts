import { BenchServer } from '../bench-server.ts';
import { FlushDelay } from '../flush-delay.ts';
import { measureLoad } from '../measure-load.ts';
import { inRounds, type Scenario } from '../scenario.ts';

const DELAYS_MS = [0, 2] as const;
const PROGRAMS = ['countermand', 'group-commit'];

/** Every flush of the server takes 2 ms longer, as on a slower disk, or not. */
export const slowFlush: Scenario = {
  name: 'slow-flush',
  async run(bench) {
    const delay = FlushDelay.prepare();
    const server = await BenchServer.start({}, delay.environment);
    try {
      const subjects = bench.contenders
        .filter(({ name }) => PROGRAMS.includes(name))
        .flatMap((contender) =>
          DELAYS_MS.map((delayMs) => ({
            contender,
            delayMs,
            label: `${contender.label}, flushes +${delayMs} ms`,
          })),
        );
      await inRounds(bench, subjects, async ({ contender, delayMs }) => {
        const { inFlight } = contender;
        const { warmUpSeconds, loadSeconds } = bench.effort;
        const { perSecond } = await measureLoad(
          server,
          contender,
          { inFlight, warmUpSeconds },
          async (driver) => {
            delay.set(delayMs);
            return await driver.loop({ inFlight, seconds: loadSeconds });
          },
        ).finally(() => delay.set(0));
        const subject = delayMs === 0 ? contender.name : `${contender.name}-${delayMs}ms`;
        bench.figures.add(`slow-flush/${subject}/perSecond`, perSecond);
        return `${perSecond.toFixed(0)} sagas/s`;
      });
    } finally {
      await server.stop();
      delay.remove();
    }
  },
};
