import type { z } from 'zod';
import type { Books } from './books.ts';
import * as bodies from './contract/command-bodies.ts';
import type { Decision, Moment, Policy } from './participants/decision.ts';
import * as delivery from './participants/delivery.ts';
import * as fulfilment from './participants/fulfilment.ts';
import * as inventory from './participants/inventory.ts';
import { notify } from './participants/notifications.ts';
import * as payments from './participants/payments.ts';
import * as promotions from './participants/promotions.ts';

interface CommandRule<Body extends { order_id: string }> {
  body: z.ZodType<Body>;
  decide: (books: Books, body: Body, moment: Moment, key: string) => Decision;
  /** An answer with 202 isn't the last word: the same key again hears how it stands now. */
  asksAgain?: true;
  /** How long the participant thinks before it decides, in ms. */
  holdMs?: (books: Books, body: Body, policy: Policy) => number;
}

/** A command whose body has been read. */
export interface PreparedCommand {
  path: string;
  orderId: string;
  /** The body in one fixed form, to tell one request from another. */
  canonicalBody: string;
  asksAgain: boolean;
  holdMs: (books: Books, policy: Policy) => number;
  decide: (books: Books, moment: Moment, key: string) => Decision;
}

/** Reads a command's body, or says what is wrong with it. */
export type Prepare = (path: string, json: unknown) => PreparedCommand | { problem: string };

function command<Body extends { order_id: string }>(rule: CommandRule<Body>): Prepare {
  return (path, json) => {
    const parsed = rule.body.safeParse(json);
    if (!parsed.success) return { problem: describeIssues(parsed.error) };
    const body = parsed.data;
    return {
      path,
      orderId: body.order_id,
      canonicalBody: JSON.stringify(body),
      asksAgain: rule.asksAgain ?? false,
      holdMs: (books, policy) => rule.holdMs?.(books, body, policy) ?? 0,
      decide: (books, moment, key) => rule.decide(books, body, moment, key),
    };
  };
}

/** One line for all that is wrong with a body. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

/** Every command by its path. The first part of the path is the service. */
export const COMMANDS: ReadonlyMap<string, Prepare> = new Map([
  [
    '/inventory/reserve',
    command({
      body: bodies.reserveStock,
      decide: (books, body, moment) => inventory.reserve(books.inventory, body, moment),
    }),
  ],
  [
    '/inventory/release',
    command({
      body: bodies.orderOnly,
      decide: (books, body) => inventory.release(books.inventory, body),
    }),
  ],
  [
    '/inventory/commit',
    command({
      body: bodies.orderOnly,
      decide: (books, body) => inventory.commit(books.inventory, body),
    }),
  ],
  [
    '/payments/authorize',
    command({
      body: bodies.authorizePayment,
      decide: (books, body, moment, key) => payments.authorize(books.payments, body, moment, key),
    }),
  ],
  [
    '/payments/capture',
    command({
      body: bodies.capturePayment,
      decide: (books, body, moment) => payments.capture(books.payments, body, moment),
      holdMs: (books, body, { slowCaptureMs }) => payments.captureHoldMs(books.payments, body, slowCaptureMs),
    }),
  ],
  [
    '/payments/void',
    command({
      body: bodies.onePayment,
      decide: (books, body) => payments.voidPayment(books.payments, body),
    }),
  ],
  [
    '/payments/refund',
    command({
      body: bodies.onePayment,
      decide: (books, body, moment, key) => payments.refund(books.payments, body, moment, key),
      asksAgain: true,
    }),
  ],
  [
    '/promotions/validate',
    command({ body: bodies.couponOnTotal, decide: (_, body) => promotions.validate(body) }),
  ],
  [
    '/promotions/apply',
    command({
      body: bodies.couponOnTotal,
      decide: (books, body) => promotions.apply(books.promotions, body),
    }),
  ],
  [
    '/promotions/cancel',
    command({
      body: bodies.oneCoupon,
      decide: (books, body) => promotions.cancel(books.promotions, body),
    }),
  ],
  [
    '/fulfilment/orders',
    command({
      body: bodies.orderOnly,
      decide: (books, body, moment) => fulfilment.openOrder(books.fulfilment, body, moment),
    }),
  ],
  [
    '/fulfilment/invoices',
    command({
      body: bodies.createInvoice,
      decide: (books, body, moment) => fulfilment.issueInvoice(books.fulfilment, body, moment),
    }),
  ],
  [
    '/fulfilment/shipments',
    command({
      body: bodies.orderOnly,
      decide: (books, body, moment) => fulfilment.createShipment(books.fulfilment, body, moment),
    }),
  ],
  [
    '/fulfilment/labels',
    command({
      body: bodies.createLabel,
      decide: (books, body, moment) => fulfilment.printLabel(books.fulfilment, body, moment),
    }),
  ],
  [
    '/warehouse/pick-lists',
    command({
      body: bodies.createPickList,
      decide: (books, body, moment) => delivery.receivePickList(books.delivery, body, moment),
    }),
  ],
  ['/notifications', command({ body: bodies.notify, decide: (_, body, moment) => notify(body, moment) })],
]);

/** Triggers of the warehouse and the carrier, pulled by hand: no key, and every pull counts. */
export const TRIGGERS: ReadonlyMap<string, Prepare> = new Map([
  [
    '/warehouse/pack',
    command({
      body: bodies.orderOnly,
      decide: (books, body, moment) => delivery.pack(books.delivery, body, moment),
    }),
  ],
  [
    '/carrier/scan',
    command({
      body: bodies.scanParcel,
      decide: (books, body, moment) => delivery.scan(books.delivery, books.fulfilment.labels, body, moment),
    }),
  ],
]);
