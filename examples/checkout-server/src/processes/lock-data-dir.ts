import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StartError } from '../start-error.ts';
import { identify, isAlive } from './process-identity.ts';

/**
 * Makes this process the only server on a data directory, for as long as it lives. Whoever comes adds a line with
 * its identity; the first line whose process is alive has the directory. So there is no moment in which two could
 * think that they have it, and a kill -9 leaves nothing that must be cleaned up first.
 *
 * @throws StartError that names the process which has it
 */
export function lockDataDir(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'server.lock');
  const own = identify(process.pid);
  appendFileSync(file, `${own.pid} ${own.start}\n`);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const holder = lines
    .map((line) => line.split(' '))
    .map(([pid, start]) => ({ pid: Number(pid), start: start ?? '-' }))
    .find((one) => one.pid > 0 && isAlive(one));
  if (holder && holder.pid !== own.pid) {
    throw new StartError(
      `process ${holder.pid} serves ${directory} already; stop it, or set DATA_DIR to another place`,
    );
  }
  // Ours alone now: lines of the dead may go.
  if (lines.length > 100) writeFileSync(file, `${own.pid} ${own.start}\n`);
}
