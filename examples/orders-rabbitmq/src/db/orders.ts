import type pg from 'pg';

/** Where this service keeps its own tables, beside the runner's. */
export const ORDERS_TABLES = [
  `create table if not exists orders (
     id text primary key, customer_id text not null, created_at timestamptz not null default now())`,
  `create table if not exists idempotency (
     customer_id text not null, key text not null, body_hash text not null, response text not null,
     created_at timestamptz not null default now(), primary key (customer_id, key))`,
];

/** What was answered to a request. */
export interface KeptAnswer {
  readonly bodyHash: string;
  readonly response: string;
}

/** The answer to a request that was made before, or nothing. */
export async function findAnswer(
  db: Pick<pg.Pool, 'query'>,
  customerId: string,
  key: string,
): Promise<KeptAnswer | undefined> {
  const { rows } = await db.query<KeptAnswer>(
    'select body_hash as "bodyHash", response from idempotency where customer_id = $1 and key = $2',
    [customerId, key],
  );
  return rows[0];
}

/** Whose order it is; needs no lock, for that never changes. */
export async function findOwner(db: Pick<pg.Pool, 'query'>, id: string): Promise<string | undefined> {
  const { rows } = await db.query<{ owner: string }>(
    'select customer_id as owner from orders where id = $1',
    [id],
  );
  return rows[0]?.owner;
}
