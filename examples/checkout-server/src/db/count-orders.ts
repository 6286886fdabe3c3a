import { type Kysely, sql } from 'kysely';
import type { CheckoutTables } from './tables.ts';

/** How many orders there are, by how they stand. */
export interface OrderCounts {
  /** On their way to the customer. */
  readonly completed: number;
  /** Failed or cancelled, with everything given back. */
  readonly undone: number;
  readonly under_way: number;
  readonly waiting_for_a_person: number;
}

/** Counts the orders' sagas in the runner's tables. */
export async function countOrders(db: Kysely<CheckoutTables>, schema: string): Promise<OrderCounts> {
  const { rows } = await sql<OrderCounts>`
    select
      count(*) filter (where status = 'rest' and settled and state = '"IN_TRANSIT"')::int as completed,
      count(*) filter (where status = 'rest' and settled and state <> '"IN_TRANSIT"')::int as undone,
      count(*) filter (where status in ('running', 'compensating') or (status = 'rest' and not settled))::int as under_way,
      count(*) filter (where status = 'parked')::int as waiting_for_a_person
    from ${sql.table(`${schema}.saga`)}`.execute(db);
  return rows[0] ?? { completed: 0, undone: 0, under_way: 0, waiting_for_a_person: 0 };
}
