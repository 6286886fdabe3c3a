import { startRabbit } from '@countermand/dev-brokers';
import { startPostgres } from '@countermand/dev-postgres';
import pg from 'pg';
import { SERVICES, type Service, type Settings } from './settings.ts';

/** What isn't given by its address is started: a PostgreSQL under `.data` with four databases, and a RabbitMQ. */
export async function startSurroundings(settings: Settings) {
  const given: Readonly<Record<Service, string | undefined>> = {
    orders: settings.ORDERS_DATABASE_URL,
    inventory: settings.INVENTORY_DATABASE_URL,
    payments: settings.PAYMENTS_DATABASE_URL,
    shipping: settings.SHIPPING_DATABASE_URL,
  };
  const needed = settings.SERVICES.filter((service) => given[service] === undefined);
  const dataDir = `${import.meta.dirname}/../../../.data/orders-rabbitmq`;
  const postgres = needed.length > 0 ? await startPostgres({ dataDir }) : undefined;
  const rabbit = settings.RABBITMQ_URL === undefined ? await startRabbit() : undefined;
  const databases = Object.fromEntries(
    SERVICES.map((service) => [service, given[service] ?? urlOf(postgres?.url, service)]),
  ) as Record<Service, string>;
  if (postgres) await createDatabases(postgres.url, needed);
  return {
    databases,
    rabbitUrl: settings.RABBITMQ_URL ?? rabbit?.url ?? '',
    async stop() {
      await rabbit?.stop();
      await postgres?.stop();
    },
  };
}

function urlOf(server: string | undefined, database: string): string {
  if (server === undefined) return '';
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function createDatabases(server: string, names: readonly Service[]): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('select datname as name from pg_database');
    const there = new Set(rows.map(({ name }) => name));
    for (const name of names) if (!there.has(name)) await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
}
