import type { JsonObject } from '@countermand/saga-core';
import { plainEnvelope } from '@countermand/step-messages';
import { listen } from '@countermand-examples/service-kit';
import { Hono } from 'hono';
import type { Kafka } from 'kafkajs';
import { z } from 'zod';
import type { Topics } from '../settings.ts';
import { type Book, openBook } from './book.ts';

/** How the services are played. */
export interface PlayOptions {
  readonly kafka: Kafka;
  readonly topics: Topics;
  /** Sends every event again, behind newer ones and the newest first, to show that it does no harm. */
  readonly isDisorderly?: boolean;
}

/** After how many events disorderly services send them again. */
const HELD = 6;

const body = z.looseObject({ orderId: z.string() });

/**
 * Plays product, promotion, payment and order service: requests come over REST, results leave on topics. The sku
 * `sold-out` is never there, the coupon `EXPIRED` never valid, the method `empty-card` always declined, and a customer
 * whose order holds `unwanted` isn't approved. What was undone, be it before it was done, stays so: a request that comes
 * late is refused.
 */
export async function playServices({ kafka, topics, isDisorderly = false }: PlayOptions) {
  const book = openBook();
  const producer = kafka.producer();
  await producer.connect();
  const held: (() => Promise<unknown>)[] = [];
  const tell = async (topic: string, key: string, type: string, payload: JsonObject) => {
    const correlationId = key.slice(0, key.indexOf(':'));
    const message = {
      id: `${key} ${type}`,
      type,
      correlationId,
      at: Date.now(),
      payload,
      idempotencyKey: key,
    };
    const { body: value, headers } = plainEnvelope.encode(message);
    const send = () => producer.send({ topic, messages: [{ key: correlationId, value, headers }] });
    await send();
    if (!isDisorderly) return;
    held.push(send);
    if (held.length < HELD) return;
    for (const sendAgain of held.splice(0).toReversed()) await sendAgain();
  };
  const app = new Hono();
  /** The same request again is carried out once; its event is sent again. */
  const on = (
    path: string,
    work: (given: z.output<typeof body>, key: string) => Promise<unknown> | 'refused' | undefined,
  ) =>
    app.post(path, async (context) => {
      const key = context.req.header('idempotency-key') ?? '';
      book.requests.push(`${path} ${key}`);
      const later = work(body.parse(await context.req.json()), key);
      if (later === 'refused') return context.json({ code: 'UNDONE' }, 409);
      await later;
      return context.json({}, later ? 202 : 200);
    });
  on('/reservations', ({ orderId, items }, key) => {
    const isShort = JSON.stringify(items).includes('sold-out') || book.stock.get(orderId) === 'released';
    if (isShort) return tell(topics.PRODUCT_RESERVATION_FAILED, key, 'ProductReservationFailedEvent', {});
    if (book.stock.get(orderId) !== 'confirmed') book.stock.set(orderId, 'reserved');
    if (JSON.stringify(items).includes('unwanted')) book.unwanted.add(orderId);
    return tell(topics.PRODUCT_RESERVED, key, 'ProductReservedEvent', {});
  });
  on('/reservations/confirm', ({ orderId }) => {
    if (book.stock.get(orderId) !== 'reserved' && book.stock.get(orderId) !== 'confirmed') return 'refused';
    book.stock.set(orderId, 'confirmed');
    return undefined;
  });
  on('/reservations/release', ({ orderId }) => void book.stock.set(orderId, 'released'));
  on('/coupons/apply', (given, key) => {
    const code = String(given['code']);
    const name = `${given.orderId} ${code}`;
    const isRefused = code === 'EXPIRED' || book.coupons.get(name) === 'cancelled';
    if (isRefused) return tell(topics.COUPON_APPLIED, key, 'CouponRejectedEvent', {});
    book.coupons.set(name, 'used');
    return tell(topics.COUPON_APPLIED, key, 'CouponAppliedEvent', { discount: 500 });
  });
  on('/coupons/cancel', (given) => void book.coupons.set(`${given.orderId} ${given['code']}`, 'cancelled'));
  on('/payments', (given, key) => {
    const name = `${given.orderId} ${given['payment']}`;
    const isDeclined = given['method'] === 'empty-card' || book.payments.get(name)?.status === 'refunded';
    if (isDeclined) return tell(topics.PAYMENT_FAILED, key, 'PaymentFailedEvent', {});
    const { amount } = z.object({ amount: z.int() }).parse(given['amount']);
    const before = book.payments.get(name);
    if (!before) book.payments.set(name, { amount, status: 'processed' });
    return tell(topics.PAYMENT_PROCESSED, key, 'PaymentProcessedEvent', { paymentId: `pay-${name}` });
  });
  on('/refunds', (given) => {
    // What isn't there yet is refused when it comes.
    const name = `${given.orderId} ${given['payment']}`;
    book.payments.set(name, { amount: book.payments.get(name)?.amount ?? 0, status: 'refunded' });
    return undefined;
  });
  app.post('/approvals', async (context) => {
    const { orderId } = body.parse(await context.req.json());
    if (book.unwanted.has(orderId)) return context.json({ code: 'APPROVAL_FAILED' }, 409);
    book.approved.add(orderId);
    return context.json({});
  });
  const http = await listen({ HOST: '127.0.0.1', PORT: 0 }, app.fetch);
  return {
    book,
    url: http.url,
    async stop() {
      await http.close();
      await producer.disconnect();
    },
  };
}

/** The services at work. */
export type Services = Awaited<ReturnType<typeof playServices>> & { readonly book: Book };
