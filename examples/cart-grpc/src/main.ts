// Starts everything: a PostgreSQL with a database for each service, the participants with the gateway, the order
// service, the orchestrator.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@countermand/dev-postgres';
import pg from 'pg';

const dataDir = path.resolve('.data');
mkdirSync(dataDir, { recursive: true });
const postgres = await startPostgres({ dataDir: path.join(dataDir, 'postgres'), onNotice: console.log });

async function database(name: string): Promise<string> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
  if (rowCount === 0) await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** Starts a service and waits until it serves; its log comes here. */
async function start(name: string, env: Record<string, string>) {
  const main = fileURLToPath(new URL(`./${name}-main.ts`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, main], {
    env: { LOG_LEVEL: 'warn', ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [first] = (await Promise.race([once(child.stdout, 'data'), exited.then(() => [null])])) as unknown[];
  if (first === null) throw new Error(`${name} could not be started`);
  return { child, exited };
}

const services = [
  await start('participants', {}),
  await start('orders', { ORDERS_DATABASE_URL: await database('cart_orders') }),
  await start('orchestrator', {
    DATABASE_URL: await database('cart_orchestrator'),
    PARTICIPANTS_ADDRESS: '127.0.0.1:50052',
    GATEWAY_ADDRESS: '127.0.0.1:50053',
    ORDERS_ADDRESS: '127.0.0.1:50051',
  }),
];
console.log(
  'orchestrator on 127.0.0.1:50050, order service on 50051; to place an order, in another terminal:',
);
console.log('  npx pnpm --filter @countermand-examples/cart-grpc run order');

let isStopping = false;
const stop = async () => {
  if (isStopping) return;
  isStopping = true;
  for (const { child, exited } of services.toReversed()) {
    child.kill('SIGTERM');
    await exited;
  }
  await postgres.stop();
  process.exit(0);
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
