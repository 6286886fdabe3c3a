import { declined, landed, later, notLanded } from '../answer.js';
import type { AdaptersFor } from '../saga-definition.js';
import { createTestRunner } from '../testing/create-test-runner.js';
import type { PaymentStatus } from './order-context.js';
import { createOrderSaga, type OrderSaga } from './order-saga.js';
import type { OrderSettings } from './order-settings.js';
import { viewOrder } from './view-order.js';

/** How the gateway of a {@link FakeShop} treats a payment: what its tokens stand for. */
type Behaviour = 'ok' | 'declined' | 'lost' | 'late' | 'silent';

interface Booked {
  status: PaymentStatus;
  captures: number;
  refunds: number;
}

/** What a {@link FakeShop} is told of the world before it opens. */
export interface ShopOptions {
  readonly payment?: Behaviour;
  readonly outOfStock?: boolean;
  readonly fraud?: boolean;
  readonly badAddress?: boolean;
  /** How often each of these steps throws before it works. */
  readonly failing?: Readonly<Record<string, number>>;
  readonly settings?: Partial<OrderSettings>;
}

const total = { amount: 1_999, currency: 'EUR' };

/** An order in memory, with participants that keep books of their own: what the tests judge money and stock by. */
export class FakeShop {
  /** The one order's id. */
  readonly id = 'order-1';
  /** Undos that the participants were asked for, in order. */
  readonly undone: string[] = [];
  readonly told: string[] = [];
  readonly money: Booked = { status: 'pending', captures: 0, refunds: 0 };
  stock: 'free' | 'held' | 'sold' = 'free';
  readonly runner;
  readonly #options: ShopOptions;
  readonly #failures: Map<string, number>;
  readonly #saga: OrderSaga;

  constructor(options: ShopOptions = {}) {
    this.#options = options;
    this.#failures = new Map(Object.entries(options.failing ?? {}));
    this.#saga = createOrderSaga(options.settings);
    this.runner = createTestRunner({ sagas: [this.#saga], adapters: this.#adapters() });
  }

  /** Places the order and lets everything happen that happens at once. */
  async order(): Promise<void> {
    const items = [{ sku: 'book', quantity: 1 }];
    const payments = [{ method: 'card', amount: total }];
    const input = { orderId: this.id, customerId: 'alice', items, total, payments };
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

  /** The gateway's webhook about the one payment. */
  news(type: 'PAYMENT_SUCCEEDED' | 'PAYMENT_FAILED', messageId?: string) {
    return this.send(type, { paymentId: 'gw-1', amount: total }, messageId);
  }

  /** The money of a late capture arrives at the gateway, whatever was voided before. */
  captureLate(): void {
    this.money.captures += 1;
    this.money.status = 'captured';
  }

  /** The order as its owner sees it. */
  async view() {
    const view = await this.runner.get(this.id);
    if (!view) throw new Error('the order was not placed');
    const { status, payments, failure } = viewOrder(view);
    return {
      status,
      payment: payments[0]?.status,
      code: failure?.code,
      saga: view.status,
      settled: view.settled,
    };
  }

  #adapters(): AdaptersFor<OrderSaga> {
    const { payment = 'ok' } = this.#options;
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
      authorize: {
        run: () => {
          this.#maybeThrow('authorize');
          if (payment === 'declined') return declined('CARD_DECLINED');
          this.money.status = 'authorized';
          return { paymentId: 'gw-1' };
        },
        probe: async () => (this.money.status === 'pending' ? notLanded() : landed({ paymentId: 'gw-1' })),
      },
      capture: {
        run: () => {
          if (payment === 'late') return later();
          if (payment === 'silent') throw new Error('no answer');
          if (this.money.status === 'authorized') this.captureLate();
          if (payment === 'lost') throw new Error('the answer was lost');
          return { paymentId: 'gw-1' };
        },
        probe: async () => (this.money.status === 'captured' ? landed({ paymentId: 'gw-1' }) : notLanded()),
      },
      void: () => {
        this.#maybeThrow('void');
        undo('void');
        if (this.money.status === 'captured') return { status: 'already_captured' };
        this.money.status = 'voided';
        return { status: 'voided' };
      },
      refund: () => {
        this.#maybeThrow('refund');
        undo('refund');
        if (this.money.status !== 'captured') return { status: 'not_captured' };
        this.money.status = 'refunded';
        this.money.refunds += 1;
        return { status: 'refunded', refundId: 'f-1' };
      },
      lookupPayment: () => {
        this.#maybeThrow('lookupPayment');
        const { status } = this.money;
        if (payment === 'declined') return { status: 'declined' };
        if (status === 'captured') return { status, paymentId: 'gw-1', captured: total };
        return { status: status === 'pending' ? 'unknown' : status, paymentId: 'gw-1' };
      },
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

  #maybeThrow(step: string): void {
    const left = this.#failures.get(step) ?? 0;
    this.#failures.set(step, left - 1);
    if (left > 0) throw new Error(`${step} is away`);
  }
}
