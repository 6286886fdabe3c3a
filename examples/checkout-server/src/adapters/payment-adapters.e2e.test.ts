import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { StepCall } from '@countermand/saga-core';
import { createOrderSteps, DEFAULT_ORDER_SETTINGS } from '@countermand/saga-core/order';
import { adapterContract } from '@countermand/saga-core/testing';
import { findFreePort } from '@countermand/test-kit';
import type { PaymentView } from '@countermand-examples/participants/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningParticipants, startParticipants } from '../processes/participants-process.ts';
import { ParticipantsClient } from './participants-client.ts';
import { paymentAdapters } from './payment-adapters.ts';

const steps = createOrderSteps(DEFAULT_ORDER_SETTINGS);
const port = await findFreePort();
const client = new ParticipantsClient(`http://127.0.0.1:${port}`);
const findToken = () => Promise.resolve('tok_ok');
const adapters = paymentAdapters(client, { allowMockTokens: true, findToken });
const amount = { amount: 4_900, currency: 'EUR' };

let directory: string;
let participants: RunningParticipants;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'payment-adapters-'));
  const settings = { LOG_LEVEL: 'warn', WEBHOOK_TARGET: 'http://127.0.0.1:9' };
  participants = await startParticipants({ directory, host: '127.0.0.1', port, settings });
}, 60_000);
afterAll(async () => {
  await participants.stop();
  await rm(directory, { recursive: true, force: true });
});

interface Payment {
  readonly orderId: string;
  readonly payment: string;
  readonly amount: typeof amount;
}

function call<Input>(input: Input, idempotencyKey: string): StepCall<Input> {
  const { signal } = new AbortController();
  const heartbeat = () => undefined;
  return { input, idempotencyKey, attempt: 1, timeoutMs: 5_000, signal, sagaId: 's', heartbeat, trace: {} };
}

/** Each order is split: what is undone of one payment must leave the others. */
const PAYMENTS = ['p1', 'p2', 'p3'];

let orders = 0;
async function authorized(): Promise<Payment> {
  orders += 1;
  const orderId = `o-${orders}`;
  for (const payment of PAYMENTS) {
    const input = { orderId, payment, amount, method: 'card' };
    await adapters.authorize.run(call(input, `authorize-${orders}-${payment}`));
  }
  return { orderId, payment: 'p1', amount };
}

async function captured(): Promise<Payment> {
  const input = await authorized();
  for (const payment of PAYMENTS)
    await adapters.capture.run(call({ ...input, payment }, `capture-${orders}-${payment}`));
  return input;
}

/** How often the amount of a payment was taken and not given back. */
async function taken(input: unknown): Promise<number> {
  const { orderId, payment } = input as Payment;
  const query = new URLSearchParams({ order_id: orderId, payment });
  const signal = AbortSignal.timeout(5_000);
  const { payments } = await client.get<{ payments: PaymentView[] }>(`/payments?${query}`, signal);
  return payments.reduce((sum, one) => sum + one.captured.amount - one.refunded.amount, 0) / amount.amount;
}

const refund = {
  step: steps.refund,
  adapter: adapters.refund,
  input: (input: unknown) => {
    const { orderId, payment } = input as Payment;
    return { orderId, payment };
  },
};

/** The kit asks for inputs without waiting: these are made before its tests run. */
function describeStep(name: 'capture' | 'lookupPayment', make: () => Promise<Payment>): void {
  const ready: Payment[] = [];
  const others = PAYMENTS.slice(1);
  beforeAll(async () => {
    for (let count = 0; count < 15; count += 1) ready.push(await make());
  });
  adapterContract(
    { describe, it, expect },
    {
      step: steps[name],
      adapter: adapters[name],
      input: () => ready.pop(),
      beside: (input) => ({ ...(input as Payment), payment: others.pop() }),
      effects: taken,
      undo: refund,
    },
  );
}

describe('an authorized payment', () => describeStep('capture', authorized));

/** It takes no money: what it finds was taken once, and is that still. */
describe('a captured payment', () => describeStep('lookupPayment', captured));
