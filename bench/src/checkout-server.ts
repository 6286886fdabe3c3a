import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const FOLDER = path.join(import.meta.dirname, '../../examples/checkout-server');
const READY_MS = 60_000;
const PLENTY = 1_000_000;

/** The example's server with its participants, as a process of its own on a database of the bench. */
export class CheckoutServer {
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #url: string;

  private constructor(child: ChildProcess, dataDir: string, url: string) {
    this.#child = child;
    this.#dataDir = dataDir;
    this.#url = url;
    process.once('exit', this.#end);
  }

  readonly #end = () => void this.#child.kill('SIGTERM');

  /** Starts it and waits until it is ready. Payments succeed, and stock never runs out. */
  static async start(databaseUrl: string, skus: readonly string[]): Promise<CheckoutServer> {
    const [port, participantsPort] = [await freePort(), await freePort()];
    const dataDir = mkdtempSync(path.join(os.tmpdir(), 'countermand-bench-'));
    const child = spawn('node', ['--import', 'tsx', 'src/main.ts'], {
      cwd: FOLDER,
      env: {
        ...{
          ...process.env,
          PORT: String(port),
          PARTICIPANTS_PORT: String(participantsPort),
          DATA_DIR: dataDir,
        },
        ...{ DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent', MOCK_PAYMENT_FAILURE_RATE: '0' },
        ...{ MAX_OPEN_ORDERS: String(PLENTY), LATE_PAYMENT_DELAY: '1s' },
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const server = new CheckoutServer(child, dataDir, `http://127.0.0.1:${port}`);
    try {
      await server.#ready();
      for (const sku of skus) await server.#post('/dev/stock', { sku, available: PLENTY }, 'demo-admin');
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** A customer orders one of it and pays; what follows happens by itself. */
  async orderAndPay(sku: string): Promise<void> {
    const shippingAddress = { line1: '1 Main Street', city: 'Berlin', postalCode: '10115', country: 'DE' };
    const order = { items: [{ sku, quantity: 1 }], shippingAddress };
    const { order_id } = (await this.#post('/api/orders', order)) as { order_id: string };
    await this.#post(`/api/orders/${order_id}/pay`, { tokens: ['tok_ok'] });
  }

  /** Ends it and what it has started, and removes its data. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit');
      this.#end();
      await ended;
    }
    process.removeListener('exit', this.#end);
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    for (const endsAt = Date.now() + READY_MS; ; await pause(100)) {
      const isReady = await fetch(`${this.#url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return;
      if (this.#child.exitCode !== null || Date.now() > endsAt)
        throw new Error('the checkout server is not ready');
    }
  }

  async #post(path: string, body: object, token = 'demo-alice'): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address ? address.port : 0;
}
