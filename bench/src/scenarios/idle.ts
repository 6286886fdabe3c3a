import type { IdleUse } from '../asides/idle.ts';
import { BenchServer } from '../bench-server.ts';
import { runAside } from '../run-aside.ts';
import { inRounds, once, type Scenario } from '../scenario.ts';

/** What a worker process asks of the server when there is nothing to do, and when all sagas wait. */
export const idle: Scenario = {
  name: 'idle',
  async run(bench) {
    const server = await BenchServer.start({ shared_preload_libraries: 'pg_stat_statements' });
    try {
      const { idleSeconds: seconds, waitingSagas } = bench.effort;
      const subjects = [
        { subject: 'countermand', waiting: 0, label: 'an empty database' },
        { subject: 'waiting', waiting: waitingSagas, label: `${waitingSagas} waiting sagas` },
      ];
      await inRounds(once(bench), subjects, ({ subject, waiting }) =>
        server.withDatabase(async (url) => {
          const use = await runAside<IdleUse>('idle', { url, seconds, waiting });
          bench.figures.addAll('idle', subject, { ...use });
          return `${use.statementsPerSecond.toFixed(1)} statements/s`;
        }),
      );
    } finally {
      await server.stop();
    }
  },
};
