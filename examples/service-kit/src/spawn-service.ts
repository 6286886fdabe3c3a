import { type ChildProcess, spawn } from 'node:child_process';
import { eventually, sourceFlags } from '@countermand/test-kit';
import { expect, onTestFinished } from 'vitest';

/** A service as a process of its own. */
export interface ServiceProcess {
  readonly child: ChildProcess;
  /** The first address that it has printed. */
  readonly url: string;
}

/** Starts a service for a test, waits until it says where it listens, and kills it when the test ends. */
export async function spawnService(main: string, env: Record<string, string>): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [...sourceFlags, main], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
    });
  }
  const url = await eventually(
    () => {
      expect(child.exitCode, printed).toBeNull();
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
      if (found === undefined) throw new Error(`no address yet: ${printed}`);
      return found;
    },
    { timeoutMs: 60_000 },
  );
  return { child, url };
}
