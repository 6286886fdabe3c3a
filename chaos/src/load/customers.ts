import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../processes/world.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** What a customer does with an order. */
interface Errand {
  readonly token?: string;
  /** Goes away again: before paying, or that soon afterwards. */
  readonly cancel?: 'unpaid' | 'paid';
  readonly country?: string;
  readonly postalCode?: string;
  readonly sku?: string;
}

/** Errands and how often they come. */
const ERRANDS: readonly (readonly [weight: number, errand: Errand])[] = [
  [36, { token: 'tok_ok' }],
  [8, { token: 'tok_declined' }],
  [18, { token: 'tok_slow' }],
  [8, { token: 'tok_lost' }],
  [6, { token: 'tok_late' }],
  [4, { token: 'tok_ok', country: 'XX' }],
  [4, { token: 'tok_ok', postalCode: '00000' }],
  [3, { token: 'tok_ok', sku: 'limited-edition' }],
  [4, {}],
  [5, { cancel: 'unpaid' }],
  [8, { token: 'tok_ok', cancel: 'paid' }],
];

const UNITS = 1_000_000;
const PATIENCE_MS = 300_000;
const ANSWER_MS = 60_000;

/** What a request was answered in the end. */
export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Customers who order, pay, change their minds, and repeat what wasn't answered, with the same idempotency key. What
 * they were told is written down, to be compared with what is there at the end.
 */
export class Customers {
  /** Orders that were acknowledged. */
  readonly orders = new Set<string>();
  /** Requests that got no answer, or a 5xx, and were made again. */
  repeats = 0;
  /** Answers that nobody should ever get. */
  readonly complaints: string[] = [];
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #under = new Set<Promise<void>>();
  #isOpen = false;
  #loop: Promise<void> | undefined;

  constructor(world: World, random: SeededRandom) {
    this.#world = world;
    this.#random = random;
  }

  /** Makes sure that nothing runs out but what is meant to. */
  async stockUp(): Promise<void> {
    for (const sku of ['phone-case', 'iphone-15']) await this.restock(sku, UNITS);
  }

  async restock(sku: string, available: number): Promise<void> {
    const answer = await this.request('POST', '/dev/stock', { sku, available });
    if (answer.status !== 200) throw new Error(`cannot restock ${sku}: ${JSON.stringify(answer)}`);
  }

  /** Orders come at that rate, until {@link Customers.close}, and fewer where many are unfinished. */
  open(perSecond: number, mostUnfinished: number): void {
    this.#isOpen = true;
    this.#loop = this.#comeAndGo(1_000 / perSecond, mostUnfinished);
  }

  /** Nobody comes any more; resolves when the last has gone. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#loop;
    await Promise.all(this.#under);
  }

  /** Places an order as a customer who doesn't give up. */
  async place(errand: Errand = {}, key: string = randomUUID()): Promise<string | undefined> {
    const { country = 'DE', postalCode = '10115', sku = 'phone-case' } = errand;
    const shippingAddress = { line1: this.#world.canaries.street, city: 'Berlin', postalCode, country };
    const body = { items: [{ sku, quantity: 1 }], shippingAddress };
    const answer = await this.request('POST', '/api/orders', body, { 'idempotency-key': key });
    if (answer.status !== 201) {
      this.complaints.push(`an order was answered ${answer.status} ${JSON.stringify(answer.body)}`);
      return undefined;
    }
    const id = String(answer.body['order_id']);
    this.orders.add(id);
    return id;
  }

  async pay(id: string, token: string): Promise<void> {
    const { status, body } = await this.request('POST', `/api/orders/${id}/pay`, { tokens: [token] });
    if (status !== 202 && status !== 409)
      this.complaints.push(`a payment was answered ${status} ${JSON.stringify(body)}`);
  }

  async cancel(id: string): Promise<void> {
    const { status, body } = await this.request('POST', `/api/orders/${id}/cancel`, { reason: 'chaos' });
    if (status !== 202 && status !== 409)
      this.complaints.push(`a cancel was answered ${status} ${JSON.stringify(body)}`);
  }

  /** Asks until there is an answer that isn't the server's failure. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const { customerToken } = this.#world.canaries;
    for (const endsAt = performance.now() + PATIENCE_MS; ; this.repeats += 1) {
      try {
        const response = await fetch(this.#world.webUrl + path, {
          method,
          headers: {
            authorization: `Bearer ${customerToken}`,
            'content-type': 'application/json',
            ...headers,
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(ANSWER_MS),
        });
        const text = await response.text();
        // 409 with the code of a request that is under way elsewhere asks to come again.
        const isOver = response.status < 500 && !text.includes('IN_PROGRESS');
        if (isOver) return { status: response.status, body: JSON.parse(text) as Answered['body'] };
        if (performance.now() > endsAt) return { status: response.status, body: { text } };
      } catch (error) {
        if (performance.now() > endsAt) throw error;
      }
      await pause(200 + 200 * Math.random());
    }
  }

  async #comeAndGo(everyMs: number, mostUnfinished: number): Promise<void> {
    let unfinished = 0;
    for (let count = 0; this.#isOpen; count += 1) {
      if (count % 8 === 0) unfinished = await this.#unfinished().catch(() => mostUnfinished);
      if (unfinished < mostUnfinished && this.#under.size < mostUnfinished) this.#welcome(this.#nextErrand());
      await pause(everyMs);
    }
  }

  async #unfinished(): Promise<number> {
    const [row] = await this.#world.database.query<{ n: number }>(
      'select count(*)::int as n from countermand.saga where not settled',
    );
    return row?.n ?? 0;
  }

  #nextErrand(): Errand {
    let drawn = this.#random.next() * ERRANDS.reduce((all, [weight]) => all + weight, 0);
    for (const [weight, errand] of ERRANDS) {
      drawn -= weight;
      if (drawn < 0) return errand;
    }
    return {};
  }

  #welcome(errand: Errand): void {
    const thinkMs = this.#random.between(0, 400);
    const visit = this.#run(errand, thinkMs)
      .catch((error: unknown) => void this.complaints.push(`a customer gave up: ${String(error)}`))
      .finally(() => this.#under.delete(visit));
    this.#under.add(visit);
  }

  async #run(errand: Errand, thinkMs: number): Promise<void> {
    const id = await this.place(errand);
    if (id === undefined) return;
    if (errand.token !== undefined) await this.pay(id, errand.token);
    if (errand.cancel === undefined) return;
    await pause(thinkMs);
    await this.cancel(id);
  }
}
