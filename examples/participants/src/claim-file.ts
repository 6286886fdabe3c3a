import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify, isAlive } from './process-identity.ts';

/**
 * Makes this process the only one that has a file, for as long as it lives. Whoever wants it adds a line with its
 * identity; the first line whose process is alive has it. A line is never taken away, so there is no moment in which
 * two could think that they have it, and a kill -9 leaves nothing that must be cleaned up first.
 *
 * @returns the pid of the process that has it: ours, or somebody else's
 */
export function claimFile(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const own = identify(process.pid);
  appendFileSync(file, `${own.pid} ${own.start}\n`, { flush: true });
  const holder = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .map(([pid, start]) => ({ pid: Number(pid), start: start ?? '-' }))
    .find((one) => one.pid > 0 && isAlive(one));
  return holder?.pid ?? own.pid;
}
