import type { z } from 'zod';
import type { fault, notificationKind } from './command-bodies.ts';

export type Fault = z.infer<typeof fault>;
export type NotificationKind = z.infer<typeof notificationKind>;

export type PaymentStatus = 'pending' | 'authorized' | 'captured' | 'declined' | 'voided' | 'refunded';

/** Minor units of EUR; `authorized` is what is still open, `captures` and `refunds` are counts. */
export interface LedgerOrder {
  authorized: number;
  captured: number;
  refunded: number;
  captures: number;
  refunds: number;
}

/** `GET /dev/ledger`. */
export interface Ledger {
  orders: Record<string, LedgerOrder>;
}

export interface StockLevels {
  initial: number;
  available: number;
  reserved: number;
  sold: number;
}

/** `GET /dev/stock` and `GET /inventory/stock`, by SKU. */
export type Stock = Record<string, StockLevels>;

/** `GET /dev/notifications`, by order, oldest first; `at` is ISO 8601. */
export type Notifications = Record<string, { kind: NotificationKind; at: string }[]>;

/** A payment as the journal tells it. Amounts are minor units, sums over all of its lines. */
export interface AuditedPayment extends LedgerOrder {
  payment: string;
  payment_id: string;
  status: PaymentStatus;
  /** What was asked for in the first place. */
  amount: number;
  /** A capture has been promised for later (`tok_late`) and has not landed yet. */
  capture_due: boolean;
  /** ISO 8601. */
  last_change_at: string;
}

/** One order as the journal tells it; the amounts are the sums over `payments`. */
export interface AuditedOrder extends LedgerOrder {
  payments: AuditedPayment[];
  /** By SKU, in units: what is held now, what was given back so far, what was sold. */
  stock: Record<string, { reserved: number; released: number; sold: number }>;
  /** Codes that are applied now. */
  coupons: string[];
  /** What they take off. */
  discount: number;
  /** ISO 8601, of whatever changed last for this order at any participant. */
  last_change_at: string;
}

/** Something that must not be, with the journal line where it began (1 is the first). */
export interface Violation {
  line: number;
  at: string;
  order_id?: string;
  sku?: string;
  detail: string;
}

/**
 * A journal line that is not as it was written. `unreadable`: not counted in the books.
 * `edited`: its checksum is wrong, counted as it stands. `sequence`: lines before it are missing,
 * repeated or moved.
 */
export interface JournalFlaw {
  line: number;
  problem: 'unreadable' | 'edited' | 'sequence';
  detail: string;
}

/** How often the effect of one idempotency key stands in the journal: once, or something is wrong. */
export interface EffectCount {
  path: string;
  order_id?: string;
  outcome: 'landed' | 'declined';
  count: number;
  at: string;
}

/** `GET /dev/books`: everything, read from the journal file for this very answer. */
export interface BooksAnswer {
  read_at: string;
  lines: number;
  orders: Record<string, AuditedOrder>;
  stock: Stock;
  /** At any instant of the replay: available + reserved + sold is not initial, or one is negative. */
  stockViolations: Violation[];
  /** At any instant: captured more than authorized, refunded more than captured, no such payment. */
  paymentViolations: Violation[];
  /** By idempotency key. */
  effects: Record<string, EffectCount>;
  notifications: Notifications;
  webhooks: { queued: number; delivered: number; waiting: number };
  flaws: JournalFlaw[];
}
