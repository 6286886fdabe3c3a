import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sourceFlags } from '@countermand/test-kit';
import { onTestFinished } from 'vitest';

/** Starts a TypeScript file in a process of its own, which is killed with the test at the latest. */
export function spawnNode(
  script: URL,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(process.execPath, [...sourceFlags, fileURLToPath(script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
