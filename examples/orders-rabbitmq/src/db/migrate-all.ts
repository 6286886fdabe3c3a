import { createRunner } from '@countermand/runner-postgres';
import pg from 'pg';
import { INVENTORY_TABLES } from '../services/inventory.ts';
import { PAYMENTS_TABLES } from '../services/payments.ts';
import { SHIPPING_TABLES } from '../services/shipping.ts';
import type { Service } from '../settings.ts';
import { ORDERS_TABLES } from './orders.ts';

const TABLES: Readonly<Record<Service, readonly string[]>> = {
  orders: ORDERS_TABLES,
  inventory: INVENTORY_TABLES,
  payments: PAYMENTS_TABLES,
  shipping: SHIPPING_TABLES,
};

/** Creates the tables of one service in its database, and those of the runner where orders are. Safe to repeat. */
export async function migrate(service: Service, databaseUrl: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('migrate'))");
    for (const statement of TABLES[service]) await client.query(statement);
    await client.query("select pg_advisory_unlock(hashtext('migrate'))");
    if (service !== 'orders') return;
    const runner = createRunner({ pool, sagas: [] });
    await runner.migrate();
    await runner.stop();
  } finally {
    client.release();
    await pool.end();
  }
}
