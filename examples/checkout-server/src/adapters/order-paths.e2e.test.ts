import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createEmptyDatabase } from '@countermand/dev-postgres';
import { postgresHost } from '@countermand/runner-postgres/testing';
import { createOrderSaga } from '@countermand/saga-core/order';
import { type PathStep, pathsOf, pathTests, type SagaPath } from '@countermand/saga-core/testing';
import { findFreePort } from '@countermand/test-kit';
import type { BooksAnswer } from '@countermand-examples/participants/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningParticipants, startParticipants } from '../processes/participants-process.ts';
import { orderAdapters } from './order-adapters.ts';
import { ParticipantsClient } from './participants-client.ts';

const port = await findFreePort();
const client = new ParticipantsClient(`http://127.0.0.1:${port}`);
const adapters = orderAdapters({
  client,
  allowMockTokens: true,
  findToken: () => Promise.resolve('tok_ok'),
  findAddress: () => Promise.resolve({ line1: 'Street 1', city: 'Bern', postalCode: '3000', country: 'CH' }),
});

let directory: string;
let participants: RunningParticipants;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'order-paths-'));
  const settings = { LOG_LEVEL: 'warn', WEBHOOK_TARGET: 'http://127.0.0.1:9' };
  participants = await startParticipants({ directory, host: '127.0.0.1', port, settings });
}, 60_000);
afterAll(async () => {
  await participants.stop();
  await rm(directory, { recursive: true, force: true });
});

const order = createOrderSaga();
const amount = { amount: 1_290, currency: 'EUR' };
const inputOf = (orderId: string) => ({
  ...{ orderId, customerId: 'alice', items: [{ sku: 'usb-c-cable', quantity: 1 }], total: amount },
  payments: [{ method: 'card', amount }],
});
const all = pathsOf(order, { samples: { input: [inputOf('kept')] } });

function pathNamed(name: string): SagaPath {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`there is no path '${name}'`);
  return found;
}

const undone = (key: string, output: object): PathStep => ({
  do: 'answer',
  key: `undo:${key}:1`,
  outcome: { kind: 'done', output },
});

const toFraud = pathNamed('PAID.checkingFraud -> FAILED.compensating on checkFraud.declined');
/** Of this order the participants keep what they have taken. */
const kept: SagaPath = pathNamed('to SHIPPED.creatingShipment');
/** Of this one they give it back: what its path begins with compensation, it ends with the answers of the undos. */
const givenBack: SagaPath = {
  ...toFraud,
  name: 'given back',
  input: inputOf('given-back'),
  steps: [
    ...toFraud.steps,
    undone('payment.captured:p1', { status: 'refunded' }),
    undone('stock.reserved:given-back', { status: 'released' }),
  ],
  state: { FAILED: 'settled' },
};

const { url: databaseUrl } = await createEmptyDatabase();
for (const [sagaId, one] of Object.entries({ kept, 'given-back': givenBack })) {
  pathTests({ describe, it, expect }, postgresHost({ databaseUrl }), order, {
    ...{ paths: [one], sagaId, adapters },
    variants: ['duplicate', 'crash'],
  });
}

describe('what the participants have in their books after all of that', () => {
  let books: BooksAnswer;
  beforeAll(async () => {
    books = await client.get<BooksAnswer>('/dev/books', AbortSignal.timeout(5_000));
  });

  it('is each effect once, whatever came twice and whatever crashed', () => {
    const took = Object.entries(books.effects).map(([key, { count }]) => `${key} ${count}`);
    // A step that a crash begins anew has the key that it had.
    const keysOf = (sagaId: string, keys: readonly string[]) => keys.map((key) => `${sagaId}:${key}:1 1`);
    const paid = ['authorize.p1', 'capture.p1', 'reserveStock'];
    expect(took.sort()).toEqual(
      [
        ...keysOf('given-back', [...paid, 'undo:payment.captured:p1', 'undo:stock.reserved:given-back']),
        ...keysOf('kept', [...paid, 'generateInvoice', 'notifyWarehouse', 'commitStock', 'createShipment']),
      ].sort(),
    );
    expect([books.stockViolations, books.paymentViolations, books.flaws]).toEqual([[], [], []]);
  });

  it('is the money and the goods of the order that is kept, and nothing of the other', () => {
    expect(books.orders).toMatchObject({
      kept: { captures: 1, refunds: 0, stock: { 'usb-c-cable': { reserved: 0, sold: 1 } } },
      'given-back': {
        captures: 1,
        refunds: 1,
        stock: { 'usb-c-cable': { reserved: 0, released: 1, sold: 0 } },
      },
    });
  });
});
