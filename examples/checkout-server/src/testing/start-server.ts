import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEmptyDatabase } from '@countermand/dev-postgres';
import { eventually, findFreePorts, sourceFlags } from '@countermand/test-kit';
import { expect } from 'vitest';
import { type Client, createClient } from './client.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A server as a process of its own. */
export interface ServerProcess extends Client {
  readonly child: ChildProcess;
  readonly url: string;
  readonly participantsUrl: string;
  readonly env: Readonly<Record<string, string>>;
  /** All that it has printed so far. */
  output(): string;
  /** Resolves to its exit code, `null` where a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Kills it without a warning; what it has started goes on. */
  kill(): Promise<void>;
  /** Asks it to stop, and waits for that. */
  stop(): Promise<number | null>;
  /** Starts another on the same ports and data. */
  restart(): Promise<ServerProcess>;
}

/** Settings with which a server gets ports, data and a database of its own. */
export async function ownSettings(settings: Record<string, string> = {}) {
  const [port, participantsPort] = await findFreePorts(2);
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'checkout-'));
  // As root PostgreSQL runs as somebody else, who must be able to go through.
  await chmod(dataDir, 0o755);
  const database = settings['DATABASE_URL'] === undefined ? await createEmptyDatabase() : undefined;
  const env: Record<string, string> = {
    PORT: String(port),
    PARTICIPANTS_PORT: String(participantsPort),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    LATE_PAYMENT_DELAY: '1s',
    ...(database && { DATABASE_URL: database.url }),
    ...settings,
  };
  // An empty address means that the server starts a PostgreSQL itself.
  const dispose = async () => {
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { env, dispose };
}

/** Starts a server with these settings and waits until it is ready. */
export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  const server = spawnServer(env);
  const isReady = async () => {
    expect(server.child.exitCode, server.output()).toBeNull();
    expect((await server.get('/readyz')).status, server.output()).toBe(200);
  };
  await eventually(isReady, { timeoutMs: 60_000 });
  return server;
}

/** Starts a server and doesn't wait for anything. */
export function spawnServer(env: Record<string, string>): ServerProcess {
  const child = spawn(process.execPath, [...sourceFlags, main], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => printed.push(chunk));
  }
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = `http://127.0.0.1:${env['PORT']}`;
  return {
    ...createClient(url),
    child,
    url,
    participantsUrl: `http://127.0.0.1:${env['PARTICIPANTS_PORT']}`,
    env,
    output: () => printed.join(''),
    exited,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      return await exited;
    },
    restart: () => startServer(env),
  };
}
