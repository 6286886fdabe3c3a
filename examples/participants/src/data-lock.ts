import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes this process the only one that uses a data directory, for as long as it lives. Every
 * process that wants the directory appends a line with its pid to `participants.pid`; the first
 * line whose process is alive has it. A line is never taken away, so there is no moment in which
 * two could think that they have it, and kill -9 leaves nothing to clean up.
 *
 * Returns the pid of the process that has the directory: ours, or somebody else's.
 */
export function lockData(directory: string): number {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'participants.pid');
  appendFileSync(path, `${process.pid} ${startOf(process.pid) ?? '-'}\n`, { flush: true });
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [pid, start] = line.split(' ');
    if (Number(pid) > 0 && start && isAlive(Number(pid), start)) return Number(pid);
  }
  return process.pid;
}

function isAlive(pid: number, start: string): boolean {
  const known = startOf(pid);
  if (known !== undefined) return known === start;
  // No /proc: a dead process, or a system that has none.
  if (startOf(process.pid) !== undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * When a process started, in ticks since boot, where the system tells (Linux): a pid that was
 * given to another process isn't mistaken for the old one. Undefined for a dead one, a zombie too.
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
