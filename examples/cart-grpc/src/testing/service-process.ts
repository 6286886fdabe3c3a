import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, sourceFlags } from '@countermand/test-kit';
import { expect } from 'vitest';

/** A service as a process of its own. */
export interface ServiceProcess {
  readonly child: ChildProcess;
  /** Where it serves, by name. */
  readonly ports: Readonly<Record<string, number>>;
  /** Everything that it has logged so far. */
  output(): string;
  /** Ends it without a warning. */
  kill(): Promise<void>;
  /** Asks it to stop. Resolves to its exit code. */
  stop(): Promise<number | null>;
}

/** Starts a service and waits until it serves. */
export async function startService(name: string, env: Record<string, string>): Promise<ServiceProcess> {
  const main = fileURLToPath(new URL(`../${name}-main.ts`, import.meta.url));
  const child = spawn(process.execPath, [...sourceFlags, main], {
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const logged: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => logged.push(text));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const output = () => logged.join('');
  const ports = await eventually(
    () => {
      expect(child.exitCode, output()).toBeNull();
      const [line = ''] = said.join('').split('\n');
      return (JSON.parse(line) as { ready: Record<string, number> }).ready;
    },
    { timeoutMs: 60_000 },
  );
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return await exited;
  };
  return {
    ...{ child, ports, output },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}
