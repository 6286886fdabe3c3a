import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort } from '@countermand/test-kit';
import type { ShopDatabase } from './database.ts';
import { endWithMe } from './end-with-me.ts';
import type { Pooler } from './world.ts';

/** Where Debian puts it. */
const PROGRAM = '/usr/sbin/pgbouncer';
const UNPRIVILEGED = 'nobody';
const START_WITHIN_MS = 10_000;

/** Whether it can be started here. */
export function hasPgBouncer(): boolean {
  return existsSync(PROGRAM);
}

/** Starts PgBouncer in transaction mode in front of PostgreSQL. */
export async function startPgBouncer(database: ShopDatabase, parent: string): Promise<Pooler> {
  const directory = path.join(parent, 'pgbouncer');
  mkdirSync(directory);
  const url = new URL(database.appUrl());
  const users = path.join(directory, 'users.txt');
  const settings = path.join(directory, 'pgbouncer.ini');
  const port = await findFreePort();
  writeFileSync(users, `"${url.username}" "${url.password}"\n`);
  writeFileSync(settings, settingsOf(database.port, port, users));
  const log = openSync(path.join(directory, 'pgbouncer.log'), 'a');
  const asRoot = process.getuid?.() === 0 ? ['-u', UNPRIVILEGED] : [];
  const child = spawn(PROGRAM, [...asRoot, settings], { stdio: ['ignore', log, log] });
  closeSync(log);
  endWithMe(child);
  const exited = once(child, 'exit');
  for (const endsAt = performance.now() + START_WITHIN_MS; !(await listensOn(port)); await pause(20)) {
    if (child.exitCode !== null || performance.now() > endsAt)
      throw new Error(`PgBouncer did not start; see ${directory}`);
  }
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function listensOn(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  return new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy());
}

function settingsOf(databasePort: number, port: number, users: string): string {
  return [
    '[databases]',
    `* = host=127.0.0.1 port=${databasePort}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'pool_mode = transaction',
    'auth_type = scram-sha-256',
    `auth_file = ${users}`,
    'max_client_conn = 200',
    'default_pool_size = 20',
    // What a pool sends with each connection, and PgBouncer doesn't know.
    'ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout,lock_timeout,extra_float_digits',
    '',
  ].join('\n');
}
