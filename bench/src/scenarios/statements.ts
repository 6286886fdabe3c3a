import { BenchServer } from '../bench-server.ts';
import type { Contender } from '../contenders.ts';
import { DriverHandle } from '../driver-handle.ts';
import type { Bench, Scenario } from '../scenario.ts';

const MOST = 12;

/** What the server does for one saga, statement by statement; only where it is asked for by name. */
export const statements: Scenario = {
  name: 'statements',
  async run(bench) {
    const server = await BenchServer.start({
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.track_planning': 'on',
    });
    try {
      for (const contender of bench.contenders) await tell(bench, server, contender);
    } finally {
      await server.stop();
    }
  },
};

async function tell({ effort, say }: Bench, server: BenchServer, contender: Contender): Promise<void> {
  await server.withDatabase(async (url) => {
    await server.queryIn(url, 'create extension pg_stat_statements');
    const driver = await DriverHandle.open(contender, { url });
    try {
      const { inFlight } = contender;
      await driver.loop({ inFlight, seconds: effort.warmUpSeconds });
      await server.queryIn(url, 'vacuum analyze');
      await server.queryIn(url, 'select pg_stat_statements_reset()');
      const { sagas } = await driver.loop({ inFlight, seconds: effort.loadSeconds });
      say(`${contender.label}, per saga: executed µs, planned µs, WAL bytes, calls`);
      for (const row of await mostExpensive(server, url, sagas)) {
        const figures = [row.executed, row.planned, row.wal, row.calls].map((text) => text.padStart(9));
        say(`${figures.join('')}  ${row.statement}`);
      }
    } finally {
      await driver.close();
    }
  });
}

interface StatementCost {
  readonly executed: string;
  readonly planned: string;
  readonly wal: string;
  readonly calls: string;
  readonly statement: string;
}

async function mostExpensive(server: BenchServer, url: string, sagas: number): Promise<StatementCost[]> {
  return await server.queryIn<StatementCost & Record<string, string>>(
    url,
    `select round((1000 * total_exec_time / ${sagas})::numeric, 1)::text as executed,
       round((1000 * total_plan_time / ${sagas})::numeric, 1)::text as planned,
       round(wal_bytes / ${sagas})::text as wal, round(calls::numeric / ${sagas}, 3)::text as calls,
       left(regexp_replace(query, '\\s+', ' ', 'g'), 110) as statement
     from pg_stat_statements order by total_exec_time + total_plan_time desc limit ${MOST}`,
  );
}
