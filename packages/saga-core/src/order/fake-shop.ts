import { declined, landed, later, notLanded } from '../answer.js';
import type { AdaptersFor } from '../saga-definition.js';
import { createTestRunner } from '../testing/create-test-runner.js';
import type { PaymentStatus } from './order-context.js';
import { createOrderSaga, type OrderSaga } from './order-saga.js';
import type { OrderSettings } from './order-settings.js';
import { viewOrder } from './view-order.js';

/** How the gateway of a {@link FakeShop} treats a payment: what its tokens stand for. `refused`: at the capture. */
export type Behaviour = 'ok' | 'declined' | 'refused' | 'expired' | 'lost' | 'late' | 'silent';

interface Booked {
  status: PaymentStatus;
  captures: number;
  refunds: number;
  kept: number;
}

/** What a {@link FakeShop} is told of the world before it opens. */
export interface ShopOptions {
  readonly payment?: Behaviour;
  /** Several payments, each with its behaviour and amount in cents; left out: one of 19.99. */
  readonly split?: readonly { readonly payment: Behaviour; readonly amount: number }[];
  /** Codes that the customer gives; `WELCOME10` is valid and takes 10 % off, `EXPIRED` isn't. */
  readonly coupons?: readonly string[];
  readonly invalidCoupon?: 'continue' | 'fail';
  /** What the gateway says to a refund: it is made, or pending until the test says how it ended. */
  readonly refund?: 'made' | 'pending';
  readonly outOfStock?: boolean;
  readonly fraud?: boolean;
  readonly badAddress?: boolean;
  /** How often each of these steps throws before it works. */
  readonly failing?: Readonly<Record<string, number>>;
  readonly settings?: Partial<OrderSettings>;
}

const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** The gateway's own id of a payment. */
const gatewayId = (payment: string) => `gw-${payment.slice(1)}`;

/** An order in memory, with participants that keep books of their own: what the tests judge money and stock by. */
export class FakeShop {
  /** The one order's id. */
  readonly id = 'order-1';
  /** Undos that the participants were asked for, in order. */
  readonly undone: string[] = [];
  readonly told: string[] = [];
  /** The payment participant's own book: what became of each payment, and how much of it is kept. */
  readonly books: Readonly<Record<string, Booked>>;
  readonly usedCoupons = new Set<string>();
  stock: 'free' | 'held' | 'sold' = 'free';
  readonly runner;
  readonly #options: ShopOptions;
  readonly #failures: Map<string, number>;
  readonly #saga: OrderSaga;
  readonly #split: NonNullable<ShopOptions['split']>;

  constructor(options: ShopOptions = {}) {
    this.#options = options;
    this.#split = options.split ?? [{ payment: options.payment ?? 'ok', amount: 1_999 }];
    this.books = Object.fromEntries(
      this.#split.map((_, index) => [
        `p${index + 1}`,
        { status: 'pending', captures: 0, refunds: 0, kept: 0 } satisfies Booked,
      ]),
    );
    this.#failures = new Map(Object.entries(options.failing ?? {}));
    this.#saga = createOrderSaga(options.settings);
    this.runner = createTestRunner({ sagas: [this.#saga], adapters: this.#adapters() });
  }

  /** Places the order and lets everything happen that happens at once. */
  async order(): Promise<void> {
    const items = [{ sku: 'book', quantity: 1 }];
    const { coupons = [], invalidCoupon } = this.#options;
    const input = {
      ...{ orderId: this.id, customerId: 'alice', items, coupons: [...coupons] },
      total: eur(this.#split.reduce((sum, { amount }) => sum + amount, 0)),
      payments: this.#split.map(({ amount }) => ({ method: 'card', amount: eur(amount) })),
      ...(invalidCoupon && { invalidCoupon }),
    };
    await this.runner.start(this.#saga, input, { id: this.id });
    await this.runner.settle();
  }

  /** Sends an event and lets everything happen that happens at once. */
  async send(type: string, payload: object = {}, messageId?: string) {
    const result = await this.runner.send(
      this.id,
      { type, ...payload },
      messageId === undefined ? {} : { messageId },
    );
    await this.runner.settle();
    return result;
  }

  /** The gateway's webhook about a payment. */
  async news(type: 'PAYMENT_SUCCEEDED' | 'PAYMENT_FAILED', messageId?: string, payment = 'p1') {
    const { payments } = await this.#order();
    const amount = payments.find(({ id }) => id === payment)?.amount ?? eur(0);
    return this.send(type, { paymentId: gatewayId(payment), amount }, messageId);
  }

  /** The money of a late capture arrives at the gateway, whatever was voided before. */
  captureLate(payment = 'p1', amount = 1_999): void {
    const booked = this.#book(payment);
    booked.captures += 1;
    booked.kept += amount;
    booked.status = 'captured';
  }

  /** The gateway has paid a payment back. */
  makeRefund(payment = 'p1'): void {
    const booked = this.#book(payment);
    booked.status = 'refunded';
    booked.refunds += 1;
    booked.kept = 0;
  }

  /** The gateway says how the pending refund of the first payment ended. */
  async refundEnds(answer: 'made' | 'failed'): Promise<void> {
    if (answer === 'made') this.makeRefund();
    const key = `${this.id}:undo:payment.captured:p1:1`;
    await this.runner.answer(
      key,
      answer === 'made' ? { output: { status: 'refunded' } } : { failed: 'the account is closed' },
    );
    await this.runner.settle();
  }

  /** What of the first payment is booked. */
  get money(): Omit<Booked, 'kept'> {
    const { status, captures, refunds } = this.#book('p1');
    return { status, captures, refunds };
  }

  /** The order as its owner sees it. */
  async view() {
    const { status, payments, failure, total, discount, coupons, saga, settled } = await this.#order();
    return {
      ...{ status, payment: payments[0]?.status, code: failure?.code, saga, settled },
      ...(payments.length > 1 && { payments: payments.map((one) => one.status) }),
      ...(discount && { discount: discount.amount, total: total.amount }),
      ...(coupons.length > 0 && { coupons: coupons.map((one) => one.status) }),
    };
  }

  async #order() {
    const view = await this.runner.get(this.id);
    if (!view) throw new Error('the order was not placed');
    return { ...viewOrder(view), saga: view.status, settled: view.settled };
  }

  #book(payment: string): Booked {
    const booked = this.books[payment];
    if (!booked) throw new Error(`nobody asked for ${payment}`);
    return booked;
  }

  #behaviour(payment: string): Behaviour {
    return this.#split[Number(payment.slice(1)) - 1]?.payment ?? 'ok';
  }

  #adapters(): AdaptersFor<OrderSaga> {
    const undo = (name: string) => this.undone.push(name);
    return {
      reserveStock: () => {
        this.#maybeThrow('reserveStock');
        if (this.#options.outOfStock) return declined('OUT_OF_STOCK');
        this.stock = 'held';
        return { reservationId: 'r-1' };
      },
      releaseStock: () => {
        this.#maybeThrow('releaseStock');
        undo('releaseStock');
        this.stock = 'free';
        return { status: 'released' };
      },
      commitStock: () => {
        this.#maybeThrow('commitStock');
        this.stock = 'sold';
        return { status: 'committed' };
      },
      validateCoupon: ({ input }) => {
        this.#maybeThrow('validateCoupon');
        return input.code === 'EXPIRED' ? declined('COUPON_INVALID') : {};
      },
      applyCoupon: ({ input }) => {
        if (input.code === 'USED_UP') return declined('COUPON_INVALID');
        this.usedCoupons.add(input.code);
        this.#maybeThrow('applyCoupon');
        const percent = input.code === 'GIFT' ? 100 : 10;
        return { discount: Math.floor((input.total.amount * percent) / 100) };
      },
      cancelCoupon: ({ input }) => {
        this.#maybeThrow('cancelCoupon');
        undo('cancelCoupon');
        return { status: this.usedCoupons.delete(input.code) ? 'cancelled' : 'not_found' };
      },
      ...this.#gateway(),
      checkFraud: () => (this.#options.fraud ? declined('FRAUD_CHECK_FAILED') : {}),
      checkAddress: () => (this.#options.badAddress ? declined('ADDRESS_INVALID') : {}),
      generateInvoice: () => ({ invoiceId: 'i-1', number: '1' }),
      notifyWarehouse: () => ({}),
      createShipment: () => ({ shipmentId: 's-1' }),
      generateLabel: () => ({ labelId: 'l-1', tracking: 't-1' }),
      notifyUser: ({ input }) => {
        this.told.push(input.kind);
        return {};
      },
    };
  }

  #gateway() {
    const undo = (name: string) => this.undone.push(name);
    return {
      authorize: {
        run: ({ input: { payment } }) => {
          this.#maybeThrow('authorize');
          if (this.#behaviour(payment) === 'declined') return declined('CARD_DECLINED');
          this.#book(payment).status = 'authorized';
          return { paymentId: gatewayId(payment) };
        },
        probe: async ({ input: { payment } }) =>
          this.#book(payment).status === 'pending' ? notLanded() : landed({ paymentId: gatewayId(payment) }),
      },
      capture: {
        run: ({ input: { payment, amount } }) => {
          const behaviour = this.#behaviour(payment);
          if (behaviour === 'late') return later();
          if (behaviour === 'silent') throw new Error('no answer');
          if (behaviour === 'refused') return declined('CARD_DECLINED');
          if (behaviour === 'expired') return declined('AUTHORIZATION_EXPIRED');
          if (this.#book(payment).status === 'authorized') this.captureLate(payment, amount.amount);
          if (behaviour === 'lost') throw new Error('the answer was lost');
          return { paymentId: gatewayId(payment) };
        },
        probe: async ({ input: { payment } }) =>
          this.#book(payment).status === 'captured' ? landed({ paymentId: gatewayId(payment) }) : notLanded(),
      },
      void: ({ input: { payment } }) => {
        this.#maybeThrow('void');
        undo('void');
        const booked = this.#book(payment);
        if (booked.status === 'captured') return { status: 'already_captured' };
        booked.status = 'voided';
        return { status: 'voided' };
      },
      refund: ({ input: { payment } }) => {
        this.#maybeThrow('refund');
        undo('refund');
        const { status } = this.#book(payment);
        if (status === 'refunded') return { status: 'already_refunded', refundId: 'f-1' };
        if (status !== 'captured') return { status: 'not_captured' };
        if (this.#options.refund === 'pending') return later();
        this.makeRefund(payment);
        return { status: 'refunded', refundId: 'f-1' };
      },
      lookupPayment: ({ input: { payment, amount } }) => {
        this.#maybeThrow('lookupPayment');
        const { status } = this.#book(payment);
        if (this.#behaviour(payment) === 'declined') return { status: 'declined' };
        if (status === 'captured') return { status, paymentId: gatewayId(payment), captured: amount };
        return { status: status === 'pending' ? 'unknown' : status, paymentId: gatewayId(payment) };
      },
    } satisfies Partial<AdaptersFor<OrderSaga>>;
  }

  #maybeThrow(step: string): void {
    const left = this.#failures.get(step) ?? 0;
    this.#failures.set(step, left - 1);
    if (left > 0) throw new Error(`${step} is away`);
  }
}

/** A shop whose one order is placed and reserved. */
export async function reserved(options: ShopOptions = {}): Promise<FakeShop> {
  const shop = new FakeShop(options);
  await shop.order();
  return shop;
}

/** An order whose customer has clicked pay. */
export async function paying(options: ShopOptions = {}): Promise<FakeShop> {
  const shop = await reserved(options);
  await shop.send('PAY');
  return shop;
}
