import { z } from 'zod';
import type { PaymentStatus } from './audit-answers.ts';
import type { Money } from './money.ts';

/** Body of a 409, a definite no: nothing happened in the world, and nothing will under this key. */
export type Refusal = z.infer<typeof refusalSchema>;

export const refusalSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
});

/** `not_found` leaves a tombstone: a later reserve of that order is refused with `RELEASED`. */
export interface ReleaseAnswer {
  status: 'released' | 'not_found';
}

/** `pending` comes with 202: the money is not there, a webhook says when it is. */
export interface CaptureAnswer {
  payment_id: string;
  status: 'captured' | 'pending';
}

/** `not_found` leaves a tombstone: a later authorize of that order and payment is refused. */
export interface VoidAnswer {
  status: 'voided' | 'not_found' | 'already_captured' | 'already_voided';
}

/**
 * `refund_id` and `amount` are there for `refunded` and `already_refunded`. `pending` comes with 202: a webhook says
 * how it ends, and the same key asks again.
 */
export interface RefundAnswer {
  status: 'refunded' | 'not_captured' | 'already_refunded' | 'pending';
  refund_id?: string;
  amount?: Money;
}

export interface CouponAnswer {
  code: string;
  discount: Money;
  description: string;
}

export interface InvoiceAnswer {
  invoice_id: string;
  number: string;
}

export interface LabelAnswer {
  label_id: string;
  label_url?: string;
  tracking: string;
}

/** One item of `GET /payments?order_id=&payment=`, which answers `{ payments: PaymentView[] }`. */
export interface PaymentView {
  order_id: string;
  payment: string;
  payment_id: string;
  status: PaymentStatus;
  amount: Money;
  captured: Money;
  refunded: Money;
}

/** `GET /effects/:key`. An effect whose answer was lost has landed all the same. */
export type EffectAnswer =
  | { status: 'landed'; response: Record<string, unknown> }
  | ({ status: 'declined' } & Refusal)
  | { status: 'not_landed' };

/** `GET /catalog`. */
export interface Catalog {
  items: { sku: string; name: string; price: Money; available: number }[];
}
