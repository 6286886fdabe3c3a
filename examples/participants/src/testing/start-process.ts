import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sourceFlags } from '@countermand/test-kit';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** An answer over HTTP, its body read as JSON. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
  replayed: boolean;
}

/** Starts `main.ts` with these settings only and hands out what it prints and how it ends. */
export function spawnParticipants(settings: Record<string, string>) {
  const child = spawn(process.execPath, [...sourceFlags, 'src/main.ts'], {
    cwd: root,
    env: { PARTICIPANTS_PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const stderr: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => stderr.push(chunk));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { child, exited, stderr: () => stderr.join('') };
}

/** Starts the participants as a process of their own and waits until they serve. */
export async function startProcess(settings: Record<string, string>) {
  const started = spawnParticipants(settings);
  const port = await readPort(started.child.stdout, started.stderr);
  const base = `http://127.0.0.1:${port}`;
  return {
    ...started,
    port,
    base,
    post: (path: string, body: object, key?: string) => call(`${base}${path}`, body, key),
    get: (path: string) => call(`${base}${path}`),
    /** kill -9, and resolves when the process is gone. */
    kill: async () => {
      started.child.kill('SIGKILL');
      await started.exited;
    },
  };
}

export type Participants = Awaited<ReturnType<typeof startProcess>>;

async function readPort(stdout: NodeJS.ReadableStream, stderr: () => string): Promise<number> {
  for await (const line of createInterface({ input: stdout })) {
    const { msg, port } = JSON.parse(line) as { msg: string; port: number };
    if (msg !== 'participants listening') continue;
    stdout.resume();
    return port;
  }
  throw new Error(`the participants did not start: ${stderr()}`);
}

async function call(url: string, body?: object, key?: string): Promise<Answer> {
  const response = await fetch(url, {
    headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: (await response.json()) as Answer['body'],
    replayed: response.headers.get('idempotent-replayed') === 'true',
  };
}
