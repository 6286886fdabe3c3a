import type { OrderSaga } from '@countermand/saga-core/order';
import type { MoveItem } from '../move-item.js';
import { INBOX_NOTICE } from '../move-sagas.js';
import { rowId } from '../ports/row-id.js';
import { hashInput } from '../saga-id-for.js';
import type { RefundTreatment, Treatment } from './books.js';
import type { Post } from './post.js';
import type { OrderPlan, Shop } from './shop.js';
import type { World } from './sim-connection.js';
import type { SimDatabase } from './sim-database.js';

const TREATMENTS: readonly Treatment[] = [
  ...(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'later', 'later'] as const),
  ...(['declined', 'expires', 'declined at capture', 'late money', 'late money'] as const),
];
const REFUNDS: readonly RefundTreatment[] = ['at once', 'at once', 'later', 'fails later'];
/** Where nothing goes wrong. */
const GOOD_REFUNDS: readonly RefundTreatment[] = ['at once', 'later'];
const SKUS = 5;
const UNITS = 60;

/** What {@link Customers} are made of. */
export interface CustomerParts {
  readonly world: World;
  readonly post: Post;
  readonly shop: Shop;
  readonly database: SimDatabase;
  readonly saga: OrderSaga;
  readonly tellAll: (notices: readonly string[]) => void;
  /** An administrator lets a saga go on. */
  readonly retry: (sagaId: string) => void;
  readonly reservationTtlMs: number;
  readonly paymentTimeoutMs: number;
}

/** Those who order, pay, cancel and click twice; and the administrators beside them. */
export class Customers {
  readonly #parts: CustomerParts;
  #orders = 0;

  constructor(parts: CustomerParts) {
    this.#parts = parts;
    for (let sku = 0; sku < SKUS; sku += 1) parts.shop.books.addStock(`sku-${sku}`, UNITS);
  }

  /** Someone orders, at some time within the span; whatever else comes to their mind follows from the seed. */
  order(spanMs: number): void {
    const { world, shop } = this.#parts;
    const { random } = world;
    const orderId = `order-${++this.#orders}`;
    shop.add(this.#plan(orderId, false));
    const startsMs = random.between(0, spanMs);
    this.#start(orderId, startsMs);
    if (random.chance(0.15)) this.#start(orderId, startsMs + random.between(0, 500));
    if (random.chance(0.1)) this.#click(orderId, 'PAY', startsMs - random.between(0, 2_000));
    if (random.chance(0.85)) this.#click(orderId, 'PAY', startsMs + this.#payDelay());
    if (random.chance(0.25)) this.#click(orderId, 'CANCEL', startsMs + this.#cancelDelay());
    if (random.chance(0.03)) this.#strayNews(orderId, startsMs + random.between(-2_000, 15_000));
    if (random.chance(0.06)) this.#administer(orderId, startsMs + random.between(0, 20_000));
  }

  /** An order that nothing is in the way of, for after the last fault. */
  orderPlainly(spanMs: number): string {
    const { world, shop } = this.#parts;
    const orderId = `plain-${++this.#orders}`;
    shop.add(this.#plan(orderId, true));
    const startsMs = world.random.between(0, spanMs);
    this.#start(orderId, startsMs);
    this.#click(orderId, 'PAY', startsMs + 500, true);
    return orderId;
  }

  #plan(orderId: string, isPlain: boolean): OrderPlan {
    const { random, faults } = this.#parts.world;
    const lines = random.shuffle([0, 1, 2, 3, 4]).slice(0, 1 + random.below(2));
    const items = lines.map((sku) => ({ sku: `sku-${sku}`, quantity: 1 + random.below(2) }));
    const payments = Array.from({ length: random.chance(0.15) ? 2 : 1 }, () => ({
      method: 'card',
      token: 'tok',
      amount: { amount: 100 + random.below(10_000), currency: 'EUR' },
    }));
    const total = { amount: payments.reduce((sum, { amount }) => sum + amount.amount, 0), currency: 'EUR' };
    if (isPlain) this.#restock(items);
    return {
      orderId,
      treatments: payments.map(() => (isPlain ? 'ok' : random.pick(TREATMENTS))),
      refunding: isPlain ? 'at once' : random.pick(faults.isOn ? REFUNDS : GOOD_REFUNDS),
      isFraud: !isPlain && random.chance(0.04),
      isNowhere: !isPlain && random.chance(0.04),
      input: { orderId, customerId: `customer-${random.below(20)}`, items, total, payments },
    };
  }

  /** More of everything, so that an order that should succeed can. */
  #restock(items: OrderPlan['input']['items']): void {
    const { stock } = this.#parts.shop.books;
    for (const { sku, quantity } of items) {
      const line = stock.get(sku);
      if (line)
        stock.set(sku, { ...line, initial: line.initial + quantity, available: line.available + quantity });
    }
  }

  #start(orderId: string, delayMs: number): void {
    const { post, saga, world, shop } = this.#parts;
    const input = shop.plans.get(orderId)?.input;
    const nonce = () => `start-${orderId}-${world.random.below(1e9)}`;
    const item = (): MoveItem => ({
      ...{ kind: 'start', sagaId: orderId, saga, input, inputHash: hashInput(input) },
      ...{ nonce: nonce(), actor: 'customer' },
    });
    post.request(item, delayMs, 1_000, (result) => {
      if (result.kind !== 'started') return false;
      post.started.add(orderId);
      return true;
    });
  }

  /** A click, which may come several times, or through a transaction of the shop's own. */
  #click(orderId: string, type: 'PAY' | 'CANCEL', delayMs: number, insists = false): void {
    const { post, world } = this.#parts;
    const { random } = world;
    const event = { type };
    const clicks = random.chance(0.1) ? 2 : 1;
    for (let click = 0; click < clicks; click += 1) {
      const messageId = `${type}-${orderId}-${random.below(1e6)}`;
      const letter = { sagaId: orderId, messageId, event, actor: 'customer', insists };
      if (random.chance(0.1)) this.#accept(letter, delayMs);
      else
        for (let copy = random.below(3); copy >= 0; copy -= 1)
          post.send(letter, delayMs + random.between(0, 50));
    }
  }

  /** Within a transaction of the caller's: the row is simply there. */
  #accept(
    letter: { sagaId: string; messageId: string; event: { type: string }; actor: string },
    delayMs: number,
  ) {
    const { world, database, post, tellAll } = this.#parts;
    post.expect(1);
    world.scheduler.after(delayMs, 'accepted in a transaction', () => {
      post.expect(-1);
      const { sagaId, messageId } = letter;
      if (database.tables.inbox.has(rowId(sagaId, messageId))) return;
      const receivedAt = world.scheduler.now;
      const row = { status: 'pending', reason: null, nonce: messageId, expiresAt: null } as const;
      database.tables.putMessage({ ...letter, ...row, receivedAt });
      post.receipts.push({ sagaId, messageId, outcome: 'accepted' });
      tellAll([INBOX_NOTICE]);
    });
  }

  /** News of a payment that isn't ours, or that nobody has begun. */
  #strayNews(orderId: string, delayMs: number): void {
    const { post, world } = this.#parts;
    const type = world.random.pick(['PAYMENT_FAILED', 'PAYMENT_SUCCEEDED']);
    const event = { type, paymentId: 'nobody', amount: { amount: 1, currency: 'EUR' } };
    post.send(
      { sagaId: orderId, messageId: `stray-${orderId}`, event, actor: 'gateway', insists: false },
      delayMs,
    );
  }

  #administer(orderId: string, delayMs: number): void {
    const { post, world } = this.#parts;
    const { random } = world;
    const actor = 'admin';
    if (random.chance(0.5)) {
      const override = {
        to: random.pick(['FAILED', 'CANCELLED', 'CONFIRMED', 'SHIPPED']),
        reason: 'by hand',
        force: random.chance(0.5),
      };
      const messageId = `override-${orderId}`;
      const nonce = () => `admin-${random.below(1e9)}`;
      const item = (): MoveItem => ({
        kind: 'send',
        sagaId: orderId,
        messageId,
        nonce: nonce(),
        event: { type: '' },
        actor,
        override,
      });
      post.request(item, delayMs, 3);
      return;
    }
    post.request(
      () => ({ kind: 'admin', sagaId: orderId, cause: { type: 'park', reason: 'look', actor } }),
      delayMs,
      1,
    );
    const resumedMs = delayMs + random.between(100, 8_000);
    world.scheduler.after(resumedMs, 'retry', () => this.#parts.retry(orderId));
  }

  /** Soon, or at the very instant at which the reservation ends. */
  #payDelay(): number {
    const { random } = this.#parts.world;
    return random.chance(0.1) ? this.#atTheEnd() : random.between(50, 6_000);
  }

  #cancelDelay(): number {
    const { world, paymentTimeoutMs } = this.#parts;
    const { random } = world;
    if (random.chance(0.1)) return this.#atTheEnd();
    return random.chance(0.1) ? paymentTimeoutMs + random.between(0, 6_000) : random.between(0, 9_000);
  }

  #atTheEnd(): number {
    const { world, reservationTtlMs } = this.#parts;
    world.faults.saw('click at the instant of a deadline');
    return reservationTtlMs + world.random.between(-200, 300);
  }
}
