import { type Generated, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';

/** The order service's tables. Amounts are integer minor units; `bigint` arrives as text. */
interface OrdersTables {
  orders: {
    order_id: Generated<string>;
    payment_id: string;
    user_id: string;
    cart_id: string;
    status: string;
    total_amount: string | number;
    shipping_address_id: string;
    currency_code: string;
    created_at: Date | string;
    updated_at: Date | string;
  };
  order_items: {
    order_id: string;
    position: number;
    variant_id: string;
    product_id: string;
    name: string;
    quantity: number;
    unit_price: string | number;
  };
}

export type OrdersDatabase = Kysely<OrdersTables>;

/** Connects, and makes the tables where there are none; many processes may do so at once. */
export async function openOrders(url: string, onError: (error: Error) => void): Promise<OrdersDatabase> {
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  const db = new Kysely<OrdersTables>({ dialect: new PostgresDialect({ pool }) });
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('cart-grpc orders'))`.execute(tx);
    await sql`create table if not exists orders (
      order_id uuid primary key default gen_random_uuid(),
      payment_id text not null unique,
      user_id text not null,
      cart_id text not null,
      status text not null check (status in ('CREATED', 'CANCELLED')),
      total_amount bigint not null check (total_amount >= 0),
      shipping_address_id text not null,
      currency_code text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`.execute(tx);
    await sql`create table if not exists order_items (
      order_id uuid not null references orders,
      position int not null,
      variant_id text not null,
      product_id text not null,
      name text not null,
      quantity int not null check (quantity > 0),
      unit_price bigint not null check (unit_price >= 0),
      primary key (order_id, position)
    )`.execute(tx);
  });
  return db;
}
