import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRunner } from '@countermand/runner-postgres';
import { type AdaptersFor, declined, landed } from '@countermand/saga-core';
import { createOrderSaga, type OrderSaga } from '@countermand/saga-core/order';
import { type ConsoleOptions, createConsole } from '../index.js';

const retry = { attempts: 3, initialDelayMs: 20, jitter: 0 };

/** The order saga with short waits between attempts. */
export const order: OrderSaga = createOrderSaga({
  steps: { refund: { retry }, releaseStock: { retry }, checkFraud: { retry }, notifyUser: { retry } },
});

/** Orders on a real database, with participants in memory that a test can break, behind a console of their own. */
export async function openOrderDesk(url: string, options: Partial<ConsoleOptions> = {}) {
  const shop: Shop = { broken: new Set(), says: 'the participant answers 503' };
  const runner = createRunner({
    connection: url,
    sagas: [order],
    adapters: { order: adapters(shop) },
  });
  await runner.migrate();
  await runner.work();
  const console = createConsole({
    runner,
    authorize: () => ({ name: 'ops:jane', may: ['read', 'act'] }),
    ...options,
  });
  const server = createServer((request, response) => void console.listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ runner, console, shop },
    broken: shop.broken,
    /** Where the console is. */
    url: `http://127.0.0.1:${port}/console/`,
    /** Places an order and waits until its stock is reserved. */
    async place(id: string, customerId = 'alice', amount = 79_900) {
      const total = { amount, currency: 'EUR' };
      const items = [{ sku: 'iphone-15', quantity: 1 }];
      const payments = [{ method: 'card', amount: total }];
      await runner.start(
        order,
        { orderId: id, customerId, items, total, payments },
        { id, actor: `customer:${customerId}` },
      );
      await reaches(id, 'RESERVED');
    },
    /** Pays an order and waits until it is in a state. */
    async pay(id: string, until: string) {
      await runner.send(id, { type: 'PAY' }, { actor: 'customer:alice' });
      await reaches(id, until);
    },
    /** Pays an order, and has it on its way. */
    async ship(id: string) {
      await this.pay(id, 'CONFIRMED');
      await runner.send(id, { type: 'WAREHOUSE_PACKED', parcelId: 'parcel-7' });
      await reaches(id, 'SHIPPED');
      await runner.send(id, { type: 'CARRIER_SCANNED', tracking: 'T-1' });
      await reaches(id, 'IN_TRANSIT');
    },
    /** An order whose refund fails, so that it waits for a person. */
    async park(id: string, customerId = 'alice') {
      await this.place(id, customerId);
      await this.pay(id, 'CONFIRMED');
      shop.broken.add('refund');
      await runner.send(
        id,
        { type: 'CANCEL', reason: 'changed my mind' },
        { actor: `customer:${customerId}` },
      );
      await runner.waitFor(id, ({ status }) => status === 'parked');
    },
    async close() {
      console.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await runner.stop({ graceMs: 500 });
    },
  };

  async function reaches(id: string, state: string) {
    await runner.waitFor(id, (view) => view.state === state || Object.hasOwn(Object(view.state), state));
  }
}

/** What {@link openOrderDesk} gives. */
export type OrderDesk = Awaited<ReturnType<typeof openOrderDesk>>;

interface Shop {
  /** Steps that fail. */
  readonly broken: Set<string>;
  /** What they say then. */
  says: string;
}

function adapters(shop: Shop): AdaptersFor<OrderSaga> {
  const { broken } = shop;
  const works = <Output>(step: string, output: Output): Output => {
    if (broken.has(step)) throw new Error(`${step}: ${shop.says}`);
    return output;
  };
  return {
    reserveStock: () => works('reserveStock', { reservationId: 'r-1' }),
    releaseStock: () => works('releaseStock', { status: 'released' as const }),
    commitStock: () => works('commitStock', { status: 'committed' as const }),
    validateCoupon: () => ({}),
    applyCoupon: () => ({ discount: 0 }),
    cancelCoupon: () => ({ status: 'cancelled' as const }),
    authorize: {
      run: ({ input }) => ({ paymentId: `pay-${input.payment}` }),
      probe: async ({ input }) => await Promise.resolve(landed({ paymentId: `pay-${input.payment}` })),
    },
    void: () => works('void', { status: 'voided' as const }),
    capture: {
      run: ({ input }) => works('capture', { paymentId: `pay-${input.payment}` }),
      probe: async ({ input }) => await Promise.resolve(landed({ paymentId: `pay-${input.payment}` })),
    },
    refund: () => works('refund', { status: 'refunded' as const }),
    lookupPayment: () => ({ status: 'unknown' as const }),
    checkFraud: () => (broken.has('fraud') ? declined('FRAUD_CHECK_FAILED') : {}),
    checkAddress: () => ({}),
    generateInvoice: () => works('generateInvoice', { invoiceId: 'inv-1', number: '2026-0001' }),
    notifyWarehouse: () => ({}),
    createShipment: () => ({ shipmentId: 's-1' }),
    generateLabel: () => ({ labelId: 'l-1', tracking: 'T-1' }),
    notifyUser: () => works('notifyUser', {}),
  };
}
