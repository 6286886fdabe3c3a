import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_TIMEOUT_MS = 60_000;

/** A server of the demo's own, on free ports, with data of its own. */
export class DemoServer {
  readonly url: string;
  readonly #env: Record<string, string>;
  readonly #dataDir: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, participantsPort: number, settings: Readonly<Record<string, string>>) {
    this.#dataDir = mkdtempSync(path.join(os.tmpdir(), 'checkout-demo-'));
    // As root PostgreSQL runs as somebody else, who must be able to go through.
    chmodSync(this.#dataDir, 0o755);
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      PATH: process.env['PATH'] ?? '',
      PORT: String(port),
      PARTICIPANTS_PORT: String(participantsPort),
      DATA_DIR: this.#dataDir,
      LOG_LEVEL: 'warn',
      ...settings,
    };
  }

  /** Starts one, and waits until it is ready. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<DemoServer> {
    const server = new DemoServer(await findFreePort(), await findFreePort(), settings);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const args = ['--conditions=@countermand/source', '--import', import.meta.resolve('tsx'), main];
    this.#child = spawn(process.execPath, args, { env: this.#env, stdio: ['ignore', 'ignore', 'inherit'] });
    const endsAt = performance.now() + START_TIMEOUT_MS;
    while (!(await isReady(this.url))) {
      if (this.#child.exitCode !== null) throw new Error('the server did not start');
      if (performance.now() > endsAt)
        throw new Error(`the server was not ready within ${START_TIMEOUT_MS} ms`);
      await pause(100);
    }
  }

  /** Ends it as a power cut would; what it has started goes on. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Stops it in good order, and removes its data. */
  async dispose(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

/** Whether a checkout server is ready there. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    return response.ok;
  } catch {
    return false;
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
