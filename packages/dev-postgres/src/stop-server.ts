import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Place } from './choose-place.ts';
import { programOf } from './find-binaries.ts';
import { isPostgres, isRunning } from './read-postmaster-file.ts';

/** First politely, then in a hurry, then not at all politely; each with the time that it gets. */
const ATTEMPTS = [
  { signal: 'SIGINT', waitMs: 10_000 },
  { signal: 'SIGQUIT', waitMs: 6_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/**
 * Ends a server: a fast shutdown (clients are cut off, everything committed is kept), then an immediate one,
 * then SIGKILL. Returns as soon as the process is gone, at once where it already was, and in any case after
 * 21 seconds.
 */
export async function stopServer(pid: number, place: Pick<Place, 'binaries' | 'dataDir'>): Promise<void> {
  // The id may belong to another process by now.
  if (!isPostgres(pid)) return;
  if (process.platform === 'win32') return stopOnWindows(place);
  for (const { signal, waitMs } of ATTEMPTS) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    if (await isGone(pid, waitMs)) return;
  }
}

async function isGone(pid: number, waitMs: number): Promise<boolean> {
  for (const endsAt = Date.now() + waitMs; Date.now() < endsAt; await pause(10)) {
    if (!isRunning(pid)) return true;
  }
  return false;
}

/** Windows has no signals: PostgreSQL's own tool asks over a named pipe instead. */
async function stopOnWindows({ binaries, dataDir }: Pick<Place, 'binaries' | 'dataDir'>): Promise<void> {
  const program = programOf(binaries, 'pg_ctl');
  await promisify(execFile)(program, ['stop', '-D', dataDir, '-m', 'fast', '-t', '15']).catch(
    () => undefined,
  );
}
