import type { OrderInput } from '@countermand/saga-core/order';
import {
  Books,
  gatewayId,
  type PaymentBook,
  type RefundCall,
  type RefundTreatment,
  type Treatment,
} from './books.js';
import type { Flaw } from './flaw.js';
import type { Post } from './post.js';
import type { World } from './sim-connection.js';

/** How the participants will treat one order. */
export interface OrderPlan {
  readonly orderId: string;
  readonly treatments: readonly Treatment[];
  readonly refunding: RefundTreatment;
  readonly isFraud: boolean;
  readonly isNowhere: boolean;
  readonly input: OrderInput;
}

/**
 * The participants as a whole: their books, and what they send of themselves. Their news comes one to five times,
 * shuffled and late; where nobody could find out otherwise they insist until it is taken, else it may be lost.
 */
export class Shop {
  readonly books: Books;
  readonly plans = new Map<string, OrderPlan>();
  readonly #world: World;
  readonly #post: Post;
  readonly #flaw: Flaw | undefined;

  constructor(world: World, post: Post, flaw: Flaw | undefined) {
    this.#world = world;
    this.#post = post;
    this.#flaw = flaw;
    this.books = new Books(
      flaw,
      (payment) => this.#captureLater(payment),
      (payment, call) => this.#refundLater(payment, call),
    );
  }

  add(plan: OrderPlan): void {
    this.plans.set(plan.orderId, plan);
  }

  payment(orderId: string, name: string): PaymentBook {
    const ref = `${orderId}/${name}`;
    const known = this.books.payments.get(ref);
    if (known) return known;
    const plan = this.plans.get(orderId);
    const index = Number(name.slice(1)) - 1;
    const payment: PaymentBook = {
      ...{ ref, orderId, amount: plan?.input.payments[index]?.amount.amount ?? 0 },
      treatment: plan?.treatments[index] ?? 'ok',
      refunding: plan?.refunding ?? 'at once',
      ...{ status: 'none', captured: 0, refunded: 0, isPending: false, isClosed: false },
    };
    this.books.payments.set(ref, payment);
    return payment;
  }

  authorize(payment: PaymentBook) {
    const { random, scheduler } = this.#world;
    const answer = this.books.authorize(payment);
    if (payment.status === 'declined') this.#news(payment, 'PAYMENT_FAILED', false);
    if (payment.treatment === 'expires' && payment.status === 'authorized') {
      scheduler.after(random.between(5, 4_000), 'authorization expires', () => {
        if (payment.status !== 'authorized') return;
        payment.status = 'expired';
        this.#send(
          payment,
          'expired',
          { type: 'AUTHORIZATION_EXPIRED', paymentId: gatewayId(payment) },
          false,
        );
      });
    }
    return answer;
  }

  isFraud(orderId: string): boolean {
    return this.plans.get(orderId)?.isFraud ?? false;
  }

  isNowhere(orderId: string): boolean {
    return this.plans.get(orderId)?.isNowhere ?? false;
  }

  /** The warehouse insists: nobody else knows when it has packed. */
  pack(orderId: string): void {
    this.#fulfil(orderId, 'pack', { type: 'WAREHOUSE_PACKED', parcelId: `parcel-${orderId}` });
  }

  /** So does the carrier. */
  scan(orderId: string): void {
    this.#fulfil(orderId, 'scan', { type: 'CARRIER_SCANNED', tracking: `t-${orderId}` });
  }

  #fulfil(
    orderId: string,
    name: string,
    event: { readonly type: string; readonly [key: string]: string },
  ): void {
    const { random } = this.#world;
    const copies = 1 + random.below(3);
    for (let copy = 0; copy < copies; copy += 1) {
      this.#post.send(
        { sagaId: orderId, messageId: `${name}-${orderId}`, event, actor: name, insists: true },
        this.#lag(),
      );
    }
  }

  #captureLater(payment: PaymentBook): void {
    const { random, scheduler } = this.#world;
    const delayMs =
      payment.treatment === 'late money' ? random.between(2_000, 60_000) : random.between(100, 20_000);
    this.#post.expect(1);
    scheduler.after(delayMs, 'money arrives', () => {
      this.#post.expect(-1);
      if (!payment.isPending) return;
      // Whoever let go of the payment before has to be told, for it will not ask again.
      const wasClosed = payment.isClosed;
      if (wasClosed) this.#world.faults.saw('money after the end');
      this.books.take(payment);
      if (this.#flaw === 'late-money-dropped' && wasClosed) return;
      this.#news(payment, 'PAYMENT_SUCCEEDED', wasClosed);
      if (random.chance(0.3)) this.#answerByKey(payment);
    });
  }

  /** Money goes back later, or doesn't; the news of that may be lost, and whoever asks again is told. */
  #refundLater(payment: PaymentBook, call: RefundCall): void {
    const { random, scheduler, faults } = this.#world;
    this.#post.expect(1);
    scheduler.after(random.between(100, 12_000), 'refund settles', () => {
      this.#post.expect(-1);
      const output = this.books.settleRefund(payment, call);
      faults.saw(call.fails ? 'refund failed later' : 'refund made later');
      const outcome = output
        ? ({ kind: 'done', output } as const)
        : ({ kind: 'unknown', message: 'the refund failed' } as const);
      const { orderId: sagaId } = payment;
      const key = call.answerTo.slice(sagaId.length + 1);
      const copies = faults.hit('webhook lost', 0.2) ? 0 : 1 + random.below(2);
      for (let copy = 0; copy < copies; copy += 1) this.#post.answer({ sagaId, key, outcome }, this.#lag());
    });
  }

  /** The gateway's other way to say it: by the key of the call that it answers. */
  #answerByKey({ orderId, ref }: PaymentBook): void {
    const name = ref.slice(ref.indexOf('/') + 1);
    this.#post.answer(
      {
        ...{ sagaId: orderId, key: `capture.${name}:1` },
        outcome: { kind: 'done', output: { paymentId: gatewayId({ ref }) } },
      },
      this.#lag(),
    );
  }

  #news(payment: PaymentBook, type: 'PAYMENT_SUCCEEDED' | 'PAYMENT_FAILED', insists: boolean): void {
    const amount = { amount: payment.amount, currency: 'EUR' };
    this.#send(payment, type, { type, paymentId: gatewayId(payment), amount }, insists);
  }

  #send(
    { orderId, ref }: PaymentBook,
    name: string,
    event: {
      readonly type: string;
      readonly paymentId: string;
      readonly amount?: { amount: number; currency: string };
    },
    insists: boolean,
  ): void {
    const { random, faults } = this.#world;
    if (!insists && faults.hit('webhook lost', 0.3)) return;
    // Two events that mean the same are different messages; each comes up to five times.
    const meanings = random.chance(0.2) ? 2 : 1;
    for (let meaning = 0; meaning < meanings; meaning += 1) {
      const copies = 1 + random.below(5);
      if (copies > 1) faults.saw('news sent more than once');
      for (let copy = 0; copy < copies; copy += 1) {
        const messageId = `${name}-${ref}-${meaning}`;
        this.#post.send({ sagaId: orderId, messageId, event, actor: 'gateway', insists }, this.#lag());
      }
    }
  }

  #lag(): number {
    const { random } = this.#world;
    return random.chance(0.7) ? random.between(1, 300) : random.between(300, 15_000);
  }
}
