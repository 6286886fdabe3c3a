import { statfsSync } from 'node:fs';
import os from 'node:os';
import type { BenchServer } from '../bench-server.ts';
import { contenderNamed } from '../contenders.ts';
import { DriverHandle } from '../driver-handle.ts';
import { measureLoadIn } from '../measure-load.ts';
import { multiplySagas } from '../multiply-sagas.ts';
import { runAside } from '../run-aside.ts';
import { type Bench, inRounds, type Scenario } from '../scenario.ts';

const A_MONTH_MS = 30 * 86_400_000;
const WAITING_TEMPLATES = 50;
/** Two figures that hardly differ: with the rounds of the others their ratio is mostly noise. */
const MORE_ROUNDS = 2;
const FINISHED_TEMPLATES = { inFlight: 20, seconds: 1 } as const;

/** A database full of finished and waiting sagas beside an empty one. */
export const growth: Scenario = {
  name: 'growth',
  async run(bench) {
    const { server, effort } = bench;
    await server.withDatabase(async (full) => {
      await fill(bench, full, 'tenth', effort.finishedSagas / 10, 0);
      await inRounds(bench, [{ label: 'a tenth' }], () => measure(bench, full, 'tenth'));
      await fill(bench, full, 'full', effort.finishedSagas, effort.waitingSagas);
      const subjects = [
        { subject: 'empty', label: 'an empty database' },
        { subject: 'full', label: 'a full one' },
      ];
      const longer = { ...bench, effort: { ...effort, rounds: effort.rounds + MORE_ROUNDS } };
      await inRounds(longer, subjects, ({ subject }) =>
        subject === 'full'
          ? measure(bench, full, subject)
          : server.withDatabase((url) => measure(bench, url, subject)),
      );
    });
  },
};

async function measure({ server, effort, figures }: Bench, url: string, subject: string): Promise<string> {
  const contender = contenderNamed('countermand');
  const { inFlight } = contender;
  const { warmUpSeconds, loadSeconds, latencySeconds } = effort;
  const load = await measureLoadIn(server, url, contender, { inFlight, warmUpSeconds }, (driver) =>
    driver.loop({ inFlight, seconds: loadSeconds }),
  );
  const single = await measureLoadIn(server, url, contender, { inFlight: 1, warmUpSeconds }, (driver) =>
    driver.loop({ inFlight: 1, seconds: latencySeconds }),
  );
  const { p50, p99 } = single.latencies;
  const { perSecond, serverCpuUs, walBytesPerSaga } = load;
  figures.addAll('growth', subject, { perSecond, p50, p99, serverCpuUs, walBytesPerSaga });
  return `${perSecond.toFixed(0)} sagas/s, p50 ${p50.toFixed(2)} ms`;
}

/** Adds finished sagas until there are so many, and waiting ones. */
async function fill(
  { server, figures, say }: Bench,
  url: string,
  subject: string,
  wanted: number,
  waiting: number,
): Promise<void> {
  const startedAt = performance.now();
  const driver = await DriverHandle.open(contenderNamed('countermand'), { url });
  await driver.loop(FINISHED_TEMPLATES);
  await driver.close();
  const finished = await asManyAsFit(server, url, wanted, say);
  // A checkpoint for every gigabyte would make it take twice as long.
  await server.query(`alter system set max_wal_size = '8GB'`);
  await server.query('select pg_reload_conf()');
  await multiplySagas(url, { saga: 'five-steps', upTo: finished, alive: false });
  if (waiting > 0) {
    await runAside('start-waiting', { url, sagas: WAITING_TEMPLATES, waitMs: A_MONTH_MS });
    await multiplySagas(url, { saga: 'waiting', upTo: waiting, alive: true });
  }
  await server.query('alter system reset max_wal_size');
  await server.query('select pg_reload_conf()');
  await server.query('checkpoint');
  const seconds = (performance.now() - startedAt) / 1_000;
  const bytes = await databaseBytes(server, url);
  figures.addAll('growth', subject, { finished, waiting, bytes });
  const size = `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  say(`${finished} finished and ${waiting} waiting sagas, ${size}, in ${seconds.toFixed(0)} s`);
}

/** A third of the disk is left to others. */
async function asManyAsFit(
  server: BenchServer,
  url: string,
  wanted: number,
  say: Bench['say'],
): Promise<number> {
  const [row] = await server.queryIn<{ sagas: number }>(
    url,
    'select count(*)::int as sagas from countermand.saga',
  );
  const bytesPerSaga = (await databaseBytes(server, url)) / (row?.sagas ?? 1);
  const { bavail, bsize } = statfsSync(os.tmpdir());
  const room = (row?.sagas ?? 0) + Math.floor(((bavail * bsize) / bytesPerSaga) * (2 / 3));
  if (room < wanted) say(`the disk has room for ${room} finished sagas only`);
  return Math.min(wanted, room);
}

async function databaseBytes(server: BenchServer, url: string): Promise<number> {
  const statement = 'select pg_database_size(current_database()) as bytes';
  const [row] = await server.queryIn<{ bytes: string }>(url, statement);
  return Number(row?.bytes);
}
