import { randomUUID } from 'node:crypto';
import { eventually } from '@countermand/test-kit';
import { DEMO_WEBHOOK_SECRET } from '@countermand-examples/participants/contract';
import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';

/** What a test reads of an order. */
export interface OrderBody {
  id: string;
  status: string;
  total: { amount: number; currency: string };
  discount?: { amount: number; currency: string };
  payments: { method: string; amount: { amount: number }; status: string; payment_id?: string }[];
  failure?: { code: string; category?: string };
  invoice?: { number: string };
  tracking?: string;
  saga: { status: string; settled: boolean; state: unknown; timers: { id: string; due_at: string }[] };
}

/** An answer, its body read as JSON where it is JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

interface RequestOptions {
  token?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What `place` takes beside the items. */
export interface PlaceOptions {
  token?: string;
  key?: string;
  country?: string;
  postalCode?: string;
  coupons?: string[];
  /** Amounts in cents of several payments. */
  split?: number[];
}

/** A body that places an order. */
export function orderBody(sku = 'iphone-15', quantity = 1, options: PlaceOptions = {}) {
  const { country = 'DE', postalCode = '10115', coupons, split } = options;
  const shippingAddress = { line1: '1 Main Street', city: 'Berlin', postalCode, country };
  const payments = split?.map((amount) => ({ method: 'card', amount: { amount, currency: 'EUR' } }));
  return {
    items: [{ sku, quantity }],
    shippingAddress,
    ...(coupons && { coupons }),
    ...(payments && { payments }),
  };
}

/** Talks to a server as its users do. */
export function createClient(url: string) {
  async function send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const { token = 'demo-alice', body, headers } = options;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
  }
  const get = (path: string, token?: string) => send('GET', path, { token });
  const post = (path: string, body?: unknown, token?: string) => send('POST', path, { body, token });

  async function place(sku?: string, quantity?: number, options: PlaceOptions = {}): Promise<string> {
    const { token, key = randomUUID() } = options;
    const body = orderBody(sku, quantity, options);
    const answer = await send('POST', '/api/orders', { token, body, headers: { 'idempotency-key': key } });
    expect(answer.status, answer.text).toBe(201);
    return String(answer.body['order_id']);
  }
  async function order(id: string, token = 'demo-admin'): Promise<OrderBody> {
    const answer = await get(`/api/orders/${id}`, token);
    expect(answer.status, answer.text).toBe(200);
    return answer.body as unknown as OrderBody;
  }
  async function pay(id: string, ...tokens: string[]): Promise<void> {
    const answer = await post(`/api/orders/${id}/pay`, { tokens });
    expect(answer.status, answer.text).toBe(202);
  }
  /** Waits until the order is there, and answers it. */
  async function reaches(id: string, status: string, timeoutMs = 30_000): Promise<OrderBody> {
    const look = async () => {
      const now = await order(id);
      expect(now.status, JSON.stringify(now)).toBe(status);
      return now;
    };
    return await eventually(look, { timeoutMs });
  }
  /** Waits until the order has been there, wherever it has gone since. */
  async function passes(id: string, status: string): Promise<void> {
    await patiently(async () => expect((await history(id)).map(({ to }) => to)).toContain(status));
  }
  /** Brings the news of warehouse and carrier, for an order of a shop where nothing is packed by itself. */
  async function ship(id: string): Promise<OrderBody> {
    const tell = async (sender: string, type: string, data: object) =>
      expect((await webhook(sender, { type, data: { order_id: id, ...data } })).status).toBe(202);
    await reaches(id, 'CONFIRMED');
    await tell('warehouse', 'warehouse.packed', { parcel_id: 'par_1' });
    await reaches(id, 'SHIPPED');
    await tell('carrier', 'carrier.scanned', { tracking: 'trk_1' });
    return await settles(id, 'IN_TRANSIT');
  }
  /** Waits until the customer has been told this, and nothing else. */
  async function notifies(id: string, kind: string): Promise<void> {
    await patiently(async () => expect((await get('/dev/notifications')).body[id]).toMatchObject([{ kind }]));
  }
  /** Waits until the order rests with everything settled, and answers it. */
  async function settles(id: string, status: string, timeoutMs = 30_000): Promise<OrderBody> {
    const look = async () => {
      const now = await order(id);
      expect({ status: now.status, settled: now.saga.settled }, JSON.stringify(now)).toEqual({
        status,
        settled: true,
      });
      return now;
    };
    return await eventually(look, { timeoutMs });
  }
  async function history(id: string): Promise<Record<string, unknown>[]> {
    const { body } = await get(`/api/orders/${id}/history`, 'demo-admin');
    return body['items'] as Record<string, unknown>[];
  }
  async function ledger(id: string): Promise<Record<string, number> | undefined> {
    const { body } = await get('/dev/ledger');
    return (body['orders'] as Record<string, Record<string, number>>)[id];
  }
  async function stock(sku: string): Promise<Record<string, number>> {
    const { body } = await get('/dev/stock');
    return (body as Record<string, Record<string, number>>)[sku] ?? {};
  }
  async function webhook(sender: string, body: unknown, options: WebhookOptions = {}): Promise<Answer> {
    const { id = `msg_${randomUUID()}`, secret = DEMO_WEBHOOK_SECRET, agoS = 0, headers } = options;
    const at = new Date(Date.now() - agoS * 1_000);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const signed = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, at, text),
    };
    return await send('POST', `/webhooks/${sender}`, {
      token: '',
      body: text,
      headers: { ...signed, ...headers },
    });
  }
  /** Waits until all orders are quiet and every invariant holds, and answers the report. */
  async function invariantsHold(timeoutMs = 60_000): Promise<Answer['body']> {
    const look = async () => {
      const { body } = await get('/dev/invariants');
      const { orders, quiet } = body['checked'] as { orders: number; quiet: number };
      expect({ violations: body['violations'], quiet }).toEqual({ violations: [], quiet: orders });
      return body;
    };
    return await eventually(look, { timeoutMs, intervalMs: 500 });
  }
  return {
    eventually: patiently,
    send,
    get,
    post,
    place,
    order,
    pay,
    reaches,
    passes,
    settles,
    ship,
    notifies,
    history,
    ledger,
    stock,
    webhook,
    invariantsHold,
  };
}

/** `eventually`, with a time that whole processes need. */
function patiently<Result>(assertion: () => Promise<Result>): Promise<Result> {
  return eventually(assertion, { timeoutMs: 30_000 });
}

interface WebhookOptions {
  id?: string;
  secret?: string;
  /** Signed that many seconds ago. */
  agoS?: number;
  headers?: Record<string, string>;
}

/** A client of one server. */
export type Client = ReturnType<typeof createClient>;
