import type { Message } from '@countermand/step-messages';
import { Hono } from 'hono';
import type pg from 'pg';
import { z } from 'zod';
import {
  ANSWERED,
  type Participant,
  type ParticipantParts,
  type Reply,
  startParticipant,
} from './participant.ts';
import { withHttp } from './with-http.ts';

/** What is there at the beginning; prices are the order service's. */
const INITIAL_STOCK = { 'iphone-15': 1_000, 'usb-cable': 5_000, 'limited-edition': 10 } as const;

export const INVENTORY_TABLES = [
  ANSWERED,
  `create table if not exists stock (
     sku text primary key, available int not null check (available >= 0),
     reserved int not null default 0 check (reserved >= 0), sold int not null default 0)`,
  'create table if not exists reservation (order_id text primary key, items jsonb not null, status text not null)',
  ...Object.entries(INITIAL_STOCK).map(
    ([sku, available]) =>
      `insert into stock (sku, available) values ('${sku}', ${available}) on conflict do nothing`,
  ),
];

const items = z.array(z.object({ sku: z.string(), quantity: z.int().min(1) }));
const order = z.object({ order_id: z.string() });

/** The inventory: what is asked for over HTTP, held, given back and sold by messages. */
export async function startInventory(
  parts: ParticipantParts,
  port: number,
): Promise<Participant & { readonly url: string }> {
  const participant = await startParticipant(
    parts,
    ['stock.reserve', 'stock.commit', 'order.failed'],
    handle,
  );
  return await withHttp(participant, port, stockApp(participant.pool).fetch);
}

function stockApp(pool: pg.Pool): Hono {
  const app = new Hono();
  app.post('/check', async (context) => {
    const asked = items.parse(await context.req.json());
    const { rows } = await pool.query<{ sku: string; available: number }>('select sku, available from stock');
    const have = new Map(rows.map(({ sku, available }) => [sku, available]));
    return context.json({ short: asked.filter(({ sku, quantity }) => (have.get(sku) ?? 0) < quantity) });
  });
  return app;
}

async function handle(tx: pg.PoolClient, { type, payload }: Message): Promise<Reply[]> {
  const { order_id: id } = order.parse(payload);
  if (type === 'stock.reserve') return [await reserve(tx, id, items.parse(payload['items']))];
  if (type === 'stock.commit') return [await move(tx, id, 'sold')];
  return [await move(tx, id, 'released')];
}

async function reserve(tx: pg.PoolClient, id: string, wanted: z.output<typeof items>): Promise<Reply> {
  const found = await tx.query<{ status: string }>('select status from reservation where order_id = $1', [
    id,
  ]);
  if (found.rows[0]) return { type: 'stock.refused', payload: { order_id: id, code: 'RELEASED' } };
  // By name: two orders never wait for each other's lines crosswise.
  const lines = wanted.toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
  await tx.query('savepoint lines');
  for (const { sku, quantity } of lines) {
    const { rowCount } = await tx.query(
      'update stock set available = available - $2, reserved = reserved + $2 where sku = $1 and available >= $2',
      [sku, quantity],
    );
    if (rowCount === 1) continue;
    await tx.query('rollback to savepoint lines');
    return { type: 'stock.refused', payload: { order_id: id, code: 'OUT_OF_STOCK' } };
  }
  await tx.query('insert into reservation values ($1, $2, $3)', [id, JSON.stringify(lines), 'reserved']);
  return { type: 'stock.reserved', payload: { order_id: id, reservation_id: `r-${id}` } };
}

/** Giving back what was never held is success, and keeps it from being held later. */
async function move(tx: pg.PoolClient, id: string, to: 'sold' | 'released'): Promise<Reply> {
  const { rows } = await tx.query<{ items: z.output<typeof items>; status: string }>(
    'select items, status from reservation where order_id = $1 for update',
    [id],
  );
  const [held] = rows;
  const column = to === 'sold' ? 'sold' : 'available';
  if (held?.status === 'reserved') {
    for (const { sku, quantity } of held.items) {
      const sql = `update stock set reserved = reserved - $2, ${column} = ${column} + $2 where sku = $1`;
      await tx.query(sql, [sku, quantity]);
    }
    await tx.query('update reservation set status = $2 where order_id = $1', [id, to]);
  }
  if (!held) await tx.query('insert into reservation values ($1, $2, $3)', [id, '[]', to]);
  if (to === 'sold') return { type: 'stock.committed', payload: { order_id: id } };
  return { type: 'stock.released', payload: { order_id: id, status: held ? 'released' : 'not_found' } };
}
