import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '@countermand/test-kit';
import { afterEach, expect, test as it } from 'vitest';
import { withClient } from './ask-server.ts';
import { isRunning } from './read-postmaster-file.ts';
import { type PostgresServer, startPostgres } from './start-postgres.ts';
import { temporaryDataDirectory } from './sweep-stale-servers.ts';

const servers: PostgresServer[] = [];
const directories: string[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = temporaryDataDirectory();
  directories.push(directory);
  return directory;
}

async function start(dataDir: string): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir });
  servers.push(server);
  return server;
}

async function query(server: { url: string }, sql: string): Promise<unknown[]> {
  return await withClient(server.url, async (client) => (await client.query(sql)).rows);
}

/** Starts a server in another process, which then waits, to be killed. */
async function startElsewhere(dataDir: string): Promise<{ starter: ChildProcess; pid: number; url: string }> {
  const script = `
    import { startPostgres } from ${JSON.stringify(import.meta.resolve('./start-postgres.ts'))};
    const { pid, url } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(JSON.stringify({ pid, url }));
    setInterval(() => {}, 1_000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: starter.stdout }))
    return { starter, ...JSON.parse(line) };
  throw new Error('the starter ended without a server');
}

it('a server starts on an empty directory, answers, and flushes what it commits', async () => {
  const server = await start(newDirectory());
  expect(server.adopted).toBe(false);
  expect(await query(server, "select current_setting('fsync') as fsync, 1 as one")).toEqual([
    { fsync: 'on', one: 1 },
  ]);
});

it('settings reach the server', async () => {
  const server = await startPostgres({
    dataDir: newDirectory(),
    settings: { fsync: 'off', work_mem: '7MB' },
  });
  servers.push(server);
  expect(await query(server, 'show work_mem')).toEqual([{ work_mem: '7MB' }]);
});

it('data survives a stop and a new start', async () => {
  const dataDir = newDirectory();
  const first = await start(dataDir);
  await query(first, 'create table kept as select 42 as answer');
  await first.stop();
  expect(isRunning(first.pid)).toBe(false);
  const second = await start(dataDir);
  expect(second.adopted).toBe(false);
  expect(await query(second, 'select * from kept')).toEqual([{ answer: 42 }]);
});

it('after a kill -9 of its starter the server goes on, and the next start adopts it', async () => {
  const dataDir = newDirectory();
  const { starter, pid, url } = await startElsewhere(dataDir);
  starter.kill('SIGKILL');
  await eventually(() => expect(starter.signalCode).toBe('SIGKILL'));
  const server = await start(dataDir);
  expect(server).toMatchObject({ pid, url, adopted: true });
  await query(server, 'select 1');
  await server.stop();
  expect(isRunning(pid)).toBe(false);
});

it('a starter that ends by itself takes its server along', async () => {
  const dataDir = newDirectory();
  const { starter, pid } = await startElsewhere(dataDir);
  const ended = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { startPostgres } from ${JSON.stringify(import.meta.resolve('./start-postgres.ts'))};
     await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });`,
  ]);
  await eventually(() => expect(ended.exitCode).toBe(0));
  await eventually(() => expect(isRunning(pid)).toBe(false));
  starter.kill('SIGKILL');
});

it('a server that was killed recovers what it had committed, and stopping the dead one returns', async () => {
  const dataDir = newDirectory();
  const killed = await start(dataDir);
  await query(killed, 'create table kept as select 42 as answer');
  process.kill(killed.pid, 'SIGKILL');
  await eventually(() => expect(isRunning(killed.pid)).toBe(false));
  await killed.stop();
  await killed.stop();
  const recovered = await start(dataDir);
  expect(recovered.adopted).toBe(false);
  expect(await query(recovered, 'select * from kept')).toEqual([{ answer: 42 }]);
});

it('of servers that were started one after the other on one directory the last is ended with the process', async () => {
  const dataDir = newDirectory();
  const before = process.listenerCount('exit');
  for (let times = 0; times < 3; times += 1) {
    const { pid } = await start(dataDir);
    process.kill(pid, 'SIGKILL');
    await eventually(() => expect(isRunning(pid)).toBe(false));
  }
  const last = await start(dataDir);
  // A listener of a dead one would end whoever has its process id by then.
  expect(process.listenerCount('exit') - before).toBe(1);
  await last.stop();
  expect(process.listenerCount('exit')).toBe(before);
});

it('a pid file whose process is somebody else by now is no obstacle', async () => {
  const dataDir = newDirectory();
  const first = await start(dataDir);
  const pidFile = path.join(dataDir, 'postmaster.pid');
  const content = readFileSync(pidFile, 'utf8');
  await first.stop();
  writeFileSync(pidFile, content.replace(/^\d+/, String(process.pid)));
  const second = await start(dataDir);
  expect(second.adopted).toBe(false);
  await query(second, 'select 1');
});

it('of two starts on one directory at once, one starts the server and the other adopts it', async () => {
  const dataDir = newDirectory();
  const both = await Promise.all([start(dataDir), start(dataDir)]);
  expect(both.map(({ adopted }) => adopted).sort()).toEqual([false, true]);
  expect(both[0].pid).toBe(both[1].pid);
});

it('a directory with other things in it is refused and left alone', async () => {
  const dataDir = mkdtempSync(newDirectory());
  directories.push(dataDir);
  writeFileSync(path.join(dataDir, 'letter.txt'), 'dear');
  await expect(startPostgres({ dataDir })).rejects.toThrow(/empty it/);
  expect(readFileSync(path.join(dataDir, 'letter.txt'), 'utf8')).toBe('dear');
});

it('a setting that the server refuses is reported with what the server said', async () => {
  const dataDir = newDirectory();
  await expect(startPostgres({ dataDir, settings: { work_mem: 'much' } })).rejects.toThrow(/work_mem/);
});

it.runIf(process.getuid?.() === 0)('root runs the server as somebody else', async () => {
  const server = await start(newDirectory());
  expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0);
});
