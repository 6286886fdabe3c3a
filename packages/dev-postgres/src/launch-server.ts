import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answersFor, urlOf } from './ask-server.ts';
import { giveTo, type Place } from './choose-place.ts';
import { programOf } from './find-binaries.ts';
import { readPassword } from './init-data-directory.ts';

/** Server settings by name, as in `postgresql.conf`: `{ fsync: 'off', max_connections: 300 }`. */
export type PostgresSettings = Readonly<Record<string, string | number | boolean>>;

/** A launch that succeeded, or why it didn't: the first three are worth another try. */
export type Launch =
  | { readonly outcome: 'answers'; readonly pid: number; readonly port: number; readonly child: ChildProcess }
  | { readonly outcome: 'port taken' | 'directory taken' | 'still releasing'; readonly log: string }
  | { readonly outcome: 'failed'; readonly log: string };

/** A port on the loopback address that nobody listens on at this moment. */
export async function findFreePort(): Promise<number> {
  const probe = createServer();
  return await new Promise<number>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port'));
      });
    });
  });
}

/**
 * Starts the server program in a process group of its own and waits until it answers queries, ends, or
 * `timeoutMs` have passed, after which it is killed.
 *
 * What it says goes to `server.log` in the data directory, begun anew at every launch.
 */
export async function launchServer(
  place: Place,
  port: number,
  settings: PostgresSettings,
  timeoutMs: number,
): Promise<Launch> {
  const logFile = path.join(place.dataDir, 'server.log');
  const child = spawnServer(place, port, settings, logFile);
  const url = urlOf(port, readPassword(place.dataDir));
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  for (const endsAt = Date.now() + timeoutMs; Date.now() < endsAt; await pause(20)) {
    if (failure) return { outcome: 'failed', log: failure.message };
    if (child.exitCode !== null || child.signalCode !== null)
      return explainExit(readFileSync(logFile, 'utf8'));
    if (child.pid !== undefined && (await answersFor(url, place.dataDir))) {
      return { outcome: 'answers', pid: child.pid, port, child };
    }
  }
  child.kill('SIGKILL');
  return { outcome: 'failed', log: `no answer within ${timeoutMs} ms\n${readFileSync(logFile, 'utf8')}` };
}

function spawnServer(
  { binaries, dataDir, user }: Place,
  port: number,
  settings: PostgresSettings,
  logFile: string,
): ChildProcess {
  const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC } = constants;
  const log = openSync(logFile, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0o600);
  giveTo(user, logFile);
  const all: PostgresSettings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
    port,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  try {
    const child = spawn(programOf(binaries, 'postgres'), ['-D', dataDir, ...flags], {
      ...user,
      cwd: path.parse(dataDir).root,
      // A group of its own: Ctrl-C in a terminal reaches whoever started the server, who decides.
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function explainExit(log: string): Launch {
  if (/could not bind|Address already in use/.test(log)) return { outcome: 'port taken', log };
  if (/lock file "postmaster.pid" already exists/.test(log)) return { outcome: 'directory taken', log };
  // Children of a server that was killed still hold its shared memory for a moment.
  if (/pre-existing shared memory block/.test(log)) return { outcome: 'still releasing', log };
  return { outcome: 'failed', log };
}
