import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();

/** Lets no process outlive this one, however this one ends, but by kill -9. */
export function endWithMe(child: ChildProcess): void {
  if (children.size === 0) process.once('exit', killAll);
  children.add(child);
  child.once('exit', () => children.delete(child));
}

function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}
