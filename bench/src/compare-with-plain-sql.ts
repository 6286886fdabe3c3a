import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '@countermand/dev-postgres';
import pg from 'pg';
import { openCountermand } from './countermand.ts';
import { type Driver, percentile, runClosedLoop } from './driver.ts';
import { openPlainGroupCommit, openPlainSql } from './plain-sql.ts';
import { readServerUsage } from './server-usage.ts';

/** Rounds of each, interleaved, in this process: `node src/compare-with-plain-sql.ts --sagas 20000 --rounds 3`. */
const { values } = parseArgs({
  options: {
    sagas: { type: 'string', default: '10000' },
    'in-flight': { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'group,countermand' },
    'one-at-a-time': { type: 'string', default: '0' },
  },
});

const drivers: Record<string, (url: string) => Promise<Driver>> = {
  plain: openPlainSql,
  group: openPlainGroupCommit,
  countermand: (url) => openCountermand(url),
  queued: (url) => openCountermand(url, { followUp: false }),
};
const dataDir = process.env['BENCH_DATA'] ?? mkdtempSync(path.join(os.tmpdir(), 'countermand-bench-'));
const server = await startPostgres({
  dataDir,
  settings: { shared_buffers: '512MB', fsync: 'on', synchronous_commit: 'on', max_connections: 200 },
});
const perSecond = new Map<string, number[]>();
const opened: { name: string; url: string; driver: Driver }[] = [];
for (const name of values.only.split(',')) {
  const open = drivers[name];
  if (!open) throw new Error(`there is no driver '${name}'; there are ${Object.keys(drivers).join(', ')}`);
  const url = await createDatabase(`bench_${name}`);
  opened.push({ name, url, driver: await open(url) });
}
const sagas = Number(values.sagas);
const figure = (value: number) => value.toFixed(2).padStart(9);
for (const { driver } of opened) await runClosedLoop(driver, Math.min(sagas, 2_000), 200);
for (let round = 1; round <= Number(values.rounds); round += 1) {
  for (const { name, url, driver } of opened) {
    const before = await readServerUsage(url, server.pid);
    const cpu = process.cpuUsage();
    const run = await runClosedLoop(driver, sagas, Number(values['in-flight']));
    const { user, system } = process.cpuUsage(cpu);
    const after = await readServerUsage(url, server.pid);
    perSecond.set(name, [...(perSecond.get(name) ?? []), run.perSecond]);
    process.stdout.write(
      `${name.padEnd(12)} ${figure(run.perSecond)}/s  cpu us/saga: worker ${figure((user + system) / sagas)}` +
        ` server ${figure(((after.cpuSeconds - before.cpuSeconds) * 1e6) / sagas)}` +
        `  wal B/saga ${figure((after.walBytes - before.walBytes) / sagas)}` +
        `  disk B/saga ${figure((after.databaseBytes - before.databaseBytes) / sagas)}` +
        `  commits/saga ${figure((after.commits - before.commits) / sagas)}` +
        `  p50 ms ${figure(percentile(run.latenciesMs, 0.5))}\n`,
    );
  }
}
const singly = Number(values['one-at-a-time']);
for (const { name, driver } of singly > 0 ? opened : []) {
  const { latenciesMs } = await runClosedLoop(driver, singly, 1);
  const [p50, p99] = [percentile(latenciesMs, 0.5), percentile(latenciesMs, 0.99)];
  process.stdout.write(`${name.padEnd(12)} one at a time: p50 ${figure(p50)} ms  p99 ${figure(p99)} ms\n`);
}
const median = (of: readonly number[]) =>
  percentile(
    of.toSorted((a, b) => a - b),
    0.5,
  );
const base = median(perSecond.get('group') ?? []);
for (const [name, all] of perSecond) {
  process.stdout.write(
    `${name.padEnd(12)} median ${figure(median(all))}/s  ${figure(median(all) / base)} of group commit\n`,
  );
}
for (const { name, driver } of opened)
  process.stdout.write(`${name} holds ${await driver.completed()} complete\n`);
for (const { driver } of opened) await driver.close();
await server.stop();
if (!process.env['BENCH_DATA']) rmSync(dataDir, { recursive: true, force: true });

async function createDatabase(name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`drop database if exists ${name} with (force)`);
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}
