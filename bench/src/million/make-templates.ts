import { createRunner } from '@countermand/runner-postgres';
import { type AdaptersFor, declined, landed } from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import { fiveSteps } from '../five-steps.ts';
import { waitingSaga } from '../waiting-saga.ts';
import { millionSagas, order } from './million-sagas.ts';

/** Sagas of one kind, of which copies are made. */
export interface Kind {
  readonly name: string;
  /** How many of a thousand are of this kind. */
  readonly perThousand: number;
  /** Copies that may move hold their own ids inside of JSON, too. */
  readonly isAlive: boolean;
  /** They were started within so many days. */
  readonly withinDays: number;
}

/** 95 % at rest; the rest waits, undoes, or is parked. */
export const KINDS = [
  { name: 'done', perThousand: 740, isAlive: false, withinDays: 90 },
  { name: 'shipped', perThousand: 150, isAlive: false, withinDays: 90 },
  { name: 'cancelled', perThousand: 50, isAlive: false, withinDays: 90 },
  { name: 'failed', perThousand: 10, isAlive: false, withinDays: 90 },
  { name: 'waiting', perThousand: 42, isAlive: true, withinDays: 30 },
  { name: 'reserved', perThousand: 3, isAlive: true, withinDays: 1 },
  { name: 'confirmed', perThousand: 4, isAlive: true, withinDays: 4 },
  { name: 'undoing', perThousand: 0.5, isAlive: true, withinDays: 2 },
  { name: 'parked', perThousand: 0.5, isAlive: true, withinDays: 14 },
] as const satisfies readonly Kind[];

type KindName = (typeof KINDS)[number]['name'];

/** So many of each kind are really run. */
const TEMPLATES = 20;
const A_MONTH_MS = 30 * 86_400_000;

/** Runs some sagas of each kind, with all that this writes. @returns their ids by kind */
export async function makeTemplates(url: string): Promise<Record<KindName, readonly string[]>> {
  const broken = new Set<string>();
  const ref = ({ idempotencyKey }: { idempotencyKey: string }) => ({ ref: idempotencyKey });
  const runner = createRunner({
    connection: url,
    sagas: millionSagas,
    adapters: {
      order: orderAdapters(broken),
      'five-steps': {
        ...{ check: ref, reserve: ref, authorize: ref, capture: ref, confirm: ref },
        ...{ releaseStock: ref, voidPayment: ref },
      },
    },
  });
  await runner.migrate();
  await runner.work();
  const until = (id: string, state: string) =>
    runner.waitFor(id, (view) => view.state === state || Object.hasOwn(Object(view.state), state));
  const place = async (id: string) => {
    const total = { amount: 79_900, currency: 'EUR' };
    const items = [{ sku: 'iphone-15', quantity: 1 }];
    const payments = [{ method: 'card', amount: total }];
    await runner.start(order, { orderId: id, customerId: 'alice', items, total, payments }, { id });
    await until(id, 'RESERVED');
  };
  const pay = async (id: string, state: string) => {
    await place(id);
    await runner.send(id, { type: 'PAY' });
    await until(id, state);
  };
  const make: Record<KindName, (id: string) => Promise<unknown>> = {
    async done(id) {
      await runner.start(fiveSteps, { order: id }, { id });
      await runner.waitFor(id, ({ settled }) => settled);
    },
    async shipped(id) {
      await pay(id, 'CONFIRMED');
      await runner.send(id, { type: 'WAREHOUSE_PACKED', parcelId: 'parcel-7' });
      await until(id, 'SHIPPED');
      await runner.send(id, { type: 'CARRIER_SCANNED', tracking: 'T-1' });
      await runner.waitFor(id, ({ settled }) => settled);
    },
    async cancelled(id) {
      await place(id);
      await runner.send(id, { type: 'CANCEL' });
      await runner.waitFor(id, ({ settled }) => settled);
    },
    async failed(id) {
      broken.add('fraud');
      await pay(id, 'FAILED');
      await runner.waitFor(id, ({ settled }) => settled);
      broken.clear();
    },
    waiting: (id) => runner.start(waitingSaga, { waitMs: A_MONTH_MS }, { id }),
    reserved: place,
    confirmed: (id) => pay(id, 'CONFIRMED'),
    async undoing(id) {
      await place(id);
      broken.add('releaseStock');
      await runner.send(id, { type: 'CANCEL' });
      await runner.waitFor(id, ({ status }) => status === 'compensating');
    },
    async parked(id) {
      broken.clear();
      await pay(id, 'CONFIRMED');
      broken.add('refund');
      await runner.send(id, { type: 'CANCEL', reason: 'changed my mind' });
      await runner.waitFor(id, ({ status }) => status === 'parked');
    },
  };
  const ids = {} as Record<KindName, string[]>;
  try {
    for (const { name } of KINDS) {
      ids[name] = Array.from({ length: TEMPLATES }, () => crypto.randomUUID());
      for (const id of ids[name]) await make[name](id);
    }
  } finally {
    await runner.stop({ graceMs: 1_000 });
  }
  return ids;
}

/** Participants that do what they are asked, but for those that are broken. */
function orderAdapters(broken: ReadonlySet<string>): AdaptersFor<OrderSaga> {
  const works = <Output>(step: string, output: Output): Output => {
    if (broken.has(step)) throw new Error(`${step}: the participant answers 503`);
    return output;
  };
  return {
    reserveStock: () => ({ reservationId: 'r-1' }),
    releaseStock: () => works('releaseStock', { status: 'released' as const }),
    commitStock: () => ({ status: 'committed' as const }),
    validateCoupon: () => ({}),
    applyCoupon: () => ({ discount: 0 }),
    cancelCoupon: () => ({ status: 'cancelled' as const }),
    authorize: {
      run: ({ input }) => ({ paymentId: `pay-${input.payment}` }),
      probe: async ({ input }) => await Promise.resolve(landed({ paymentId: `pay-${input.payment}` })),
    },
    void: () => ({ status: 'voided' as const }),
    capture: {
      run: ({ input }) => ({ paymentId: `pay-${input.payment}` }),
      probe: async ({ input }) => await Promise.resolve(landed({ paymentId: `pay-${input.payment}` })),
    },
    refund: () => works('refund', { status: 'refunded' as const }),
    lookupPayment: () => ({ status: 'unknown' as const }),
    checkFraud: () => (broken.has('fraud') ? declined('FRAUD_CHECK_FAILED') : {}),
    checkAddress: () => ({}),
    generateInvoice: () => ({ invoiceId: 'inv-1', number: '2026-0001' }),
    notifyWarehouse: () => ({}),
    createShipment: () => ({ shipmentId: 's-1' }),
    generateLabel: () => ({ labelId: 'l-1', tracking: 'T-1' }),
    notifyUser: () => ({}),
  };
}
