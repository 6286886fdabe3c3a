// How long a newcomer waits: clones this repository into an empty folder, runs `npm start` there on free ports,
// places an order over HTTP, and prints the seconds from the start to the answer. What npm has in its cache is not
// downloaded again, so the first time on a machine takes longer by the download.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.mjs';

const LIMIT_MS = 10 * 60_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'countermand-first-order-'));
chmodSync(folder, 0o755);
const clone = path.join(folder, 'countermand');
execFileSync('git', ['clone', '--quiet', root, clone]);

const [port, participantsPort] = await Promise.all([freePort(), freePort()]);
const env = {
  ...process.env,
  PORT: String(port),
  PARTICIPANTS_PORT: String(participantsPort),
  LOG_LEVEL: 'silent',
};
const startedAt = Date.now();
const server = spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'inherit', 'inherit'] });
try {
  await placeOrder(startedAt + LIMIT_MS);
  console.log(`first order placed ${((Date.now() - startedAt) / 1_000).toFixed(0)} s after npm start`);
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}

async function placeOrder(until) {
  while (Date.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/orders`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer demo-alice',
        'idempotency-key': 'first',
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        items: [{ sku: 'iphone-15', quantity: 1 }],
        shippingAddress: { line1: '1 Main Street', city: 'Berlin', postalCode: '10115', country: 'DE' },
      }),
    }).catch(() => undefined);
    if (answer?.status === 201) return;
    if (server.exitCode !== null) throw new Error('npm start has ended');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('no order could be placed within ten minutes');
}
