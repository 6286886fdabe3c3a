import { readFileSync } from 'node:fs';

/** A process that can be told from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, where the system tells (Linux); `-` elsewhere. */
  readonly start: string;
}

/** Who has that pid now. */
export function identify(pid: number): ProcessIdentity {
  return { pid, start: startOf(pid) ?? '-' };
}

/** Whether exactly that process is alive; one that has ended and waits for its parent is not. */
export function isAlive({ pid, start }: ProcessIdentity): boolean {
  if (start !== '-') return startOf(pid) === start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The 22nd field of `/proc/PID/stat`; the second may hold spaces, but ends with the last parenthesis. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
