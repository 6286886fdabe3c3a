// Starts everything: a PostgreSQL with a database for each service, the participants with the gateway, the order
// service, the orchestrator.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@countermand/dev-postgres';
import pg from 'pg';

interface Service {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
}

const dataDir = path.resolve('.data', 'postgres');
mkdirSync(path.dirname(dataDir), { recursive: true });
const services: Service[] = [];
let stopping: Promise<never> | undefined;

/** Stops what has been started so far, the last one first. */
async function stop(exitCode: number): Promise<never> {
  for (const { child, exited } of services.toReversed()) {
    child.kill('SIGTERM');
    await exited;
  }
  await postgres.stop();
  process.exit(exitCode);
}

const postgres = await startPostgres({ dataDir, onNotice: console.log });
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stopping ??= stop(0);
  });
}

/** Makes a database where there is none; its address. */
async function database(name: string): Promise<string> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** Starts a service and waits until it serves; its log comes here. One that can't be started ends everything. */
async function start(name: string, env: Record<string, string>): Promise<void> {
  if (stopping) return await stopping;
  const main = fileURLToPath(new URL(`./${name}-main.ts`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, main], {
    env: { LOG_LEVEL: 'warn', ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // One that can't even be spawned has ended, too.
  const exited = once(child, 'exit').catch(() => undefined);
  services.push({ child, exited });
  const serves = await Promise.race([once(child.stdout, 'data').then(() => true), exited.then(() => false)]);
  if (stopping) return await stopping;
  if (serves) return;
  console.error(`cart-grpc: ${name} could not be started`);
  stopping = stop(1);
  await stopping;
}

try {
  await start('participants', {});
  await start('orders', { ORDERS_DATABASE_URL: await database('cart_orders') });
  await start('orchestrator', {
    DATABASE_URL: await database('cart_orchestrator'),
    PARTICIPANTS_ADDRESS: '127.0.0.1:50052',
    GATEWAY_ADDRESS: '127.0.0.1:50053',
    ORDERS_ADDRESS: '127.0.0.1:50051',
  });
} catch (error) {
  console.error(`cart-grpc: ${error instanceof Error ? error.message : error}`);
  stopping ??= stop(1);
  await stopping;
}
console.log(
  'orchestrator on 127.0.0.1:50050, order service on 50051; to place an order, in another terminal:',
);
console.log('  npm --prefix examples/cart-grpc run order');
