import type { Message } from '@countermand/step-messages';
import { Hono } from 'hono';
import type pg from 'pg';
import { z } from 'zod';
import { mockDecline } from './mock-decline.ts';
import {
  ANSWERED,
  type Participant,
  type ParticipantParts,
  type Reply,
  startParticipant,
} from './participant.ts';
import { withHttp } from './with-http.ts';

export const PAYMENTS_TABLES = [
  ANSWERED,
  `create table if not exists payment (
     order_id text not null, payment text not null, amount bigint not null, status text not null,
     captures int not null default 0, refunds int not null default 0, primary key (order_id, payment))`,
];

const named = z.object({ order_id: z.string(), payment: z.string() });
const money = z.object({
  amount: z.object({ amount: z.int(), currency: z.string() }),
  token: z.string().optional(),
});

/** A payment as it stands. */
interface Row {
  readonly amount: string;
  readonly status: 'authorized' | 'captured' | 'voided' | 'refunded' | 'declined';
}

/** A mock gateway, which declines as `mockDecline` says. */
export async function startPayments(
  parts: ParticipantParts,
  { port, failureRate }: { readonly port: number; readonly failureRate: number },
): Promise<Participant & { readonly url: string }> {
  const participant = await startParticipant(
    parts,
    ['payment.authorize', 'payment.capture', 'payment.void', 'payment.refund', 'payment.lookup'],
    async (tx, message) => [await handle(tx, message, failureRate)],
  );
  return await withHttp(participant, port, answersApp(participant.pool).fetch);
}

/** Tells how a command was answered, for who has lost the answer. */
function answersApp(pool: pg.Pool): Hono {
  const app = new Hono();
  app.get('/answers/:key', async (context) => {
    const { rows } = await pool.query<{ replies: Reply[] }>('select replies from answered where key = $1', [
      context.req.param('key'),
    ]);
    const [answer] = rows[0]?.replies ?? [];
    return answer ? context.json(answer) : context.json({ error: 'no such command has come' }, 404);
  });
  return app;
}

async function handle(tx: pg.PoolClient, { type, payload }: Message, failureRate: number): Promise<Reply> {
  const { order_id, payment } = named.parse(payload);
  const name = { order_id, payment };
  const payment_id = `${order_id}.${payment}`;
  const { rows } = await tx.query<Row>(
    'select amount, status from payment where order_id = $1 and payment = $2 for update',
    [order_id, payment],
  );
  const [row] = rows;
  const set = async (status: Row['status'], count?: 'captures' | 'refunds') => {
    const counted = count ? `, ${count} = ${count} + 1` : '';
    await tx.query(`update payment set status = $3${counted} where order_id = $1 and payment = $2`, [
      ...[order_id, payment, status],
    ]);
  };
  const declined = (code: string): Reply => ({ type: 'payment.declined', payload: { ...name, code } });
  switch (type) {
    case 'payment.authorize': {
      const { amount, token = '' } = money.parse(payload);
      if (row?.status === 'voided') return declined('VOIDED');
      const status = mockDecline(token, payment_id, failureRate) ? 'declined' : 'authorized';
      await tx.query(
        `insert into payment values ($1, $2, $3, $4)
         on conflict (order_id, payment) do update set status = excluded.status`,
        [order_id, payment, amount.amount, status],
      );
      if (status === 'declined') return declined('CARD_DECLINED');
      return { type: 'payment.authorized', payload: { ...name, payment_id } };
    }
    case 'payment.capture':
      if (row?.status === 'captured') return { type: 'payment.captured', payload: { ...name, payment_id } };
      if (row?.status !== 'authorized') {
        const code = row?.status === 'voided' ? 'VOIDED' : 'NOT_AUTHORIZED';
        return { type: 'payment.refused', payload: { ...name, code } };
      }
      await set('captured', 'captures');
      return { type: 'payment.captured', payload: { ...name, payment_id } };
    case 'payment.void':
      if (row?.status === 'captured') return voided(name, 'already_captured');
      if (row) await set('voided');
      // A tombstone: an authorization that comes later is refused.
      else await tx.query("insert into payment values ($1, $2, 0, 'voided')", [order_id, payment]);
      return voided(name, row ? 'voided' : 'not_found');
    case 'payment.refund':
      if (row?.status === 'captured') await set('refunded', 'refunds');
      return {
        type: 'payment.refunded',
        payload: { ...name, status: refundStatus(row?.status), refund_id: `refund-${payment_id}` },
      };
    default: {
      const captured =
        row?.status === 'captured' ? { captured: { amount: Number(row.amount), currency: 'EUR' } } : {};
      return {
        type: 'payment.found',
        payload: { ...name, payment_id, status: row?.status ?? 'unknown', ...captured },
      };
    }
  }
}

function voided(name: { readonly order_id: string; readonly payment: string }, status: string): Reply {
  return { type: 'payment.voided', payload: { ...name, status } };
}

function refundStatus(status: Row['status'] | undefined): string {
  if (status === 'captured') return 'refunded';
  return status === 'refunded' ? 'already_refunded' : 'not_captured';
}
