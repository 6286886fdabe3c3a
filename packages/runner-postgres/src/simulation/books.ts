import { type Declined, declined, type Later, later } from '@countermand/saga-core';
import type { Flaw } from './flaw.js';

/** How the simulated gateway treats a payment. */
export type Treatment = 'ok' | 'declined' | 'expires' | 'declined at capture' | 'later' | 'late money';

/** When it gives money back: at once, or later, or at the second time of asking, having said later at the first. */
export type RefundTreatment = 'at once' | 'later' | 'fails later';

/** A payment in the gateway's own books. */
export interface PaymentBook {
  readonly ref: string;
  readonly orderId: string;
  readonly amount: number;
  readonly treatment: Treatment;
  refunding: RefundTreatment;
  status: 'none' | 'authorized' | 'declined' | 'expired' | 'voided' | 'captured' | 'refunded';
  captured: number;
  refunded: number;
  isPending: boolean;
  /** A void or refund came: no new effect may follow. */
  isClosed: boolean;
}

/** A refund that is made later. */
export interface RefundCall {
  /** Under which the gateway was asked. */
  readonly key: string;
  /** Of the step that waits for the answer. */
  readonly answerTo: string;
  readonly fails: boolean;
}

/** What became of a refund. */
export interface Refunded {
  readonly status: 'refunded' | 'not_captured' | 'already_refunded';
  readonly refundId?: string;
}

interface StockLine {
  readonly initial: number;
  available: number;
  reserved: number;
  sold: number;
}

/** What an order holds of the stock. */
export interface Reservation {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  status: 'reserved' | 'released' | 'sold' | 'refused';
}

const MONEY = 'EUR';

/**
 * The participants' own books, which are the truth that a simulation is judged by: stock and money, every effect with
 * the key under which it came. They honour keys, and leave tombstones: what is undone first can't be done later.
 */
export class Books {
  readonly stock = new Map<string, StockLine>();
  readonly reservations = new Map<string, Reservation>();
  readonly payments = new Map<string, PaymentBook>();
  /** Keys by order and effect: one key is one effect. */
  readonly effects = new Map<string, Set<string>>();
  readonly violations: string[] = [];
  /** All the money that the gateway has, counted as it comes and goes. */
  till = 0;
  /** Calls that came with a key which had come before. */
  repeated = 0;
  readonly #answers = new Map<string, unknown>();
  readonly #seen = new Set<string>();
  readonly #flaw: Flaw | undefined;
  readonly #onMoney: (payment: PaymentBook) => void;
  readonly #onRefund: (payment: PaymentBook, call: RefundCall) => void;

  /**
   * @param onMoney - told of each capture that wasn't answered at once
   * @param onRefund - told of each refund that wasn't
   */
  constructor(
    flaw: Flaw | undefined,
    onMoney: (payment: PaymentBook) => void,
    onRefund: (payment: PaymentBook, call: RefundCall) => void,
  ) {
    this.#flaw = flaw;
    this.#onMoney = onMoney;
    this.#onRefund = onRefund;
  }

  addStock(sku: string, quantity: number): void {
    this.stock.set(sku, { initial: quantity, available: quantity, reserved: 0, sold: 0 });
  }

  /** The answer that was given for the key, or now. */
  once<Answer>(key: string, effect: string, orderId: string, act: () => Answer): Answer {
    if (this.#seen.has(key)) this.repeated += 1;
    this.#seen.add(key);
    if (this.#answers.has(key)) return this.#answers.get(key) as Answer;
    const answer = act();
    this.#answers.set(key, answer);
    const id = `${orderId} ${effect}`;
    this.effects.set(id, (this.effects.get(id) ?? new Set()).add(key));
    return answer;
  }

  reserve(orderId: string, items: Reservation['items']): { reservationId: string } | Declined {
    const before = this.reservations.get(orderId);
    if (before?.status === 'released' && this.#flaw !== 'no-tombstones') return declined('RELEASED');
    if (before?.status === 'reserved') this.violations.push(`E1 ${orderId}: reserved twice`);
    const lines = items.map(({ sku, quantity }) => ({ line: this.stock.get(sku), quantity }));
    if (lines.some(({ line, quantity }) => !line || line.available < quantity)) {
      this.reservations.set(orderId, { items, status: 'refused' });
      return declined('OUT_OF_STOCK');
    }
    this.#moveStock(items, 'available', 'reserved');
    this.reservations.set(orderId, { items, status: 'reserved' });
    return { reservationId: `r-${orderId}` };
  }

  release(orderId: string): { status: 'released' | 'not_found' } {
    const before = this.reservations.get(orderId);
    if (before?.status === 'sold') this.violations.push(`S2 ${orderId}: sold stock is released`);
    if (before?.status !== 'reserved') {
      this.reservations.set(orderId, { items: [], status: 'released' });
      return { status: 'not_found' };
    }
    this.#moveStock(before.items, 'reserved', 'available');
    before.status = 'released';
    return { status: 'released' };
  }

  commit(orderId: string): { status: 'committed' } {
    const before = this.reservations.get(orderId);
    if (before?.status !== 'reserved') {
      this.violations.push(`S2 ${orderId}: ${before?.status ?? 'no'} stock is sold`);
      return { status: 'committed' };
    }
    this.#moveStock(before.items, 'reserved', 'sold');
    before.status = 'sold';
    return { status: 'committed' };
  }

  authorize(payment: PaymentBook): { paymentId: string } | Declined {
    if (payment.isClosed && this.#flaw !== 'no-tombstones') return declined('VOIDED');
    if (payment.status === 'authorized') this.violations.push(`E1 ${payment.ref}: authorized twice`);
    if (payment.treatment === 'declined') {
      payment.status = 'declined';
      return declined('CARD_DECLINED');
    }
    payment.status = 'authorized';
    return { paymentId: gatewayId(payment) };
  }

  capture(payment: PaymentBook): { paymentId: string } | Declined | Later {
    if (payment.status === 'captured') return { paymentId: gatewayId(payment) };
    if (payment.isClosed && this.#flaw !== 'no-tombstones') return declined('VOIDED');
    if (payment.status === 'expired') return declined('AUTHORIZATION_EXPIRED');
    if (payment.status !== 'authorized' && this.#flaw !== 'no-tombstones') return declined('NOT_AUTHORIZED');
    if (payment.treatment === 'declined at capture') {
      payment.status = 'declined';
      return declined('CARD_DECLINED');
    }
    if (payment.treatment === 'later' || payment.treatment === 'late money') {
      payment.isPending = true;
      this.#onMoney(payment);
      return later();
    }
    this.take(payment);
    return { paymentId: gatewayId(payment) };
  }

  /** The money arrives. */
  take(payment: PaymentBook): void {
    payment.isPending = false;
    payment.status = 'captured';
    payment.captured += payment.amount;
    this.till += payment.amount;
    this.#judgeMoney(payment);
  }

  void(payment: PaymentBook): { status: 'voided' | 'not_found' | 'already_captured' | 'already_voided' } {
    payment.isClosed = true;
    if (payment.status === 'captured') return { status: 'already_captured' };
    if (payment.status === 'none') return { status: 'not_found' };
    if (payment.status !== 'authorized') return { status: 'already_voided' };
    payment.status = 'voided';
    if (payment.treatment !== 'late money') payment.isPending = false;
    return { status: 'voided' };
  }

  refund(payment: PaymentBook, call: Omit<RefundCall, 'fails'>): Refunded | Later {
    payment.isClosed = true;
    if (payment.treatment !== 'late money') payment.isPending = false;
    if (payment.captured === payment.refunded)
      return { status: payment.refunded > 0 ? 'already_refunded' : 'not_captured' };
    if (payment.refunding !== 'at once') {
      this.#onRefund(payment, { ...call, fails: payment.refunding === 'fails later' });
      payment.refunding = 'at once';
      return later();
    }
    return this.#giveBack(payment);
  }

  /** What was to be refunded later is, or isn't: then whoever asks again is served. */
  settleRefund(payment: PaymentBook, { key, fails }: RefundCall): Refunded | undefined {
    this.#answers.delete(key);
    if (fails) return undefined;
    const isOver = payment.captured === payment.refunded;
    const answer: Refunded = isOver ? { status: 'already_refunded' } : this.#giveBack(payment);
    this.#answers.set(key, answer);
    return answer;
  }

  #giveBack(payment: PaymentBook): Refunded {
    payment.refunded += payment.amount;
    this.till -= payment.amount;
    payment.status = 'refunded';
    this.#judgeMoney(payment);
    return { status: 'refunded', refundId: `f-${payment.ref}` };
  }

  /** What the gateway says when it is asked about a payment. */
  look(payment: PaymentBook) {
    const { status, isPending } = payment;
    const known = { paymentId: gatewayId(payment) };
    if (status === 'captured')
      return { status, ...known, captured: { amount: payment.amount, currency: MONEY } };
    if (status === 'none') return { status: 'unknown' as const };
    if (status === 'expired') return { status: 'declined' as const, ...known };
    return { status: isPending ? ('pending' as const) : status, ...known };
  }

  answerOf(key: string): unknown {
    return this.#answers.get(key);
  }

  /** S1, at every instant. */
  #moveStock(
    items: Reservation['items'],
    from: 'available' | 'reserved',
    to: 'available' | 'reserved' | 'sold',
  ) {
    for (const { sku, quantity } of items) {
      const line = this.stock.get(sku);
      if (!line) throw new Error(`there is no ${sku}`);
      line[from] -= quantity;
      line[to] += quantity;
      const { initial, available, reserved, sold } = line;
      if (Math.min(available, reserved, sold) < 0 || available + reserved + sold !== initial)
        this.violations.push(`S1 ${sku}: ${available} + ${reserved} + ${sold} of ${initial}`);
    }
  }

  /** M1, at every instant. */
  #judgeMoney({ ref, captured, refunded, amount }: PaymentBook): void {
    const kept = captured - refunded;
    if (kept < 0 || kept > amount)
      this.violations.push(`M1 ${ref}: ${captured} captured, ${refunded} refunded`);
  }
}

/** The gateway's id of a payment. */
export function gatewayId({ ref }: Pick<PaymentBook, 'ref'>): string {
  return `gw-${ref}`;
}
