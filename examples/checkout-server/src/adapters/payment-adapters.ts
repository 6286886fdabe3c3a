import {
  type AdaptersFor,
  declined,
  landed,
  later,
  notLanded,
  type ProbeAnswer,
  type ProbeCall,
} from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import {
  type AuthorizePayment,
  type CapturePayment,
  PAYMENT_TOKENS,
  type PaymentView,
  type RefundPayment,
  type VoidPayment,
} from '@countermand-examples/participants/contract';
import { callParticipant, findEffect } from './participant-steps.ts';
import type { ParticipantsClient } from './participants-client.ts';

type Adapters = AdaptersFor<OrderSaga>;
type PaymentSteps = 'authorize' | 'capture' | 'void' | 'refund' | 'lookupPayment';

/** The tokens that the mock gateway knows; they don't exist in production. */
export const MOCK_TOKENS: ReadonlySet<string> = new Set(Object.keys(PAYMENT_TOKENS));

const paymentId = ({ payment_id }: Record<string, unknown>) => ({ paymentId: String(payment_id) });

/** What payments need beside the participant. */
export interface PaymentOptions {
  readonly allowMockTokens: boolean;
  /** The token of a payment, which no saga carries around. */
  readonly findToken: (orderId: string, payment: string) => Promise<string | undefined>;
}

/** The payment participant's part of the order saga. */
export function paymentAdapters(
  client: ParticipantsClient,
  { allowMockTokens, findToken }: PaymentOptions,
): Pick<Adapters, PaymentSteps> {
  return {
    authorize: {
      run: async (call) => {
        const { orderId, payment } = call.input;
        const token = await findToken(orderId, payment);
        if (!allowMockTokens && (token === undefined || MOCK_TOKENS.has(token)))
          return declined('INVALID_TOKEN');
        const input = { ...call.input, token };
        return await callParticipant(client, authorize, { ...call, input });
      },
      probe: async (call) => {
        const effect = await findEffect(client, call);
        return effect ? landed(paymentId(effect)) : notLanded();
      },
    },
    capture: {
      run: (call) => callParticipant(client, capture, call),
      probe: (call) => probeCapture(client, call),
    },
    void: (call) => callParticipant(client, voidPayment, call),
    refund: (call) => callParticipant(client, refund, call),
    lookupPayment: async ({ input, signal }) => {
      const latest = await findPayment(client, input, signal);
      if (!latest) return { status: 'unknown' };
      const { payment_id, status, captured, refunded } = latest;
      return {
        status,
        paymentId: payment_id,
        ...(captured.amount > refunded.amount && { captured }),
      };
    },
  };
}

interface PaymentInput {
  readonly orderId: string;
  readonly payment: string;
}

interface PaymentOfAmount extends PaymentInput {
  readonly amount: { readonly amount: number; readonly currency: string };
}

/** What the gateway has under our name of a payment: the newest, or nothing. */
async function findPayment(
  client: ParticipantsClient,
  input: PaymentInput,
  signal: AbortSignal,
): Promise<PaymentView | undefined> {
  const query = new URLSearchParams({ order_id: input.orderId, payment: input.payment });
  const { payments } = await client.get<{ payments: PaymentView[] }>(`/payments?${query}`, signal);
  return payments.at(-1);
}

/**
 * A capture that was only promised keeps that answer under its key for ever, so the payment itself is asked about.
 * Money that comes after it was said not to be there is told by webhook, and refunded then.
 */
async function probeCapture(
  client: ParticipantsClient,
  call: ProbeCall<PaymentInput>,
): Promise<ProbeAnswer<{ paymentId: string }>> {
  if (!(await findEffect(client, call))) return notLanded();
  const payment = await findPayment(client, call.input, call.signal);
  const isThere = payment?.status === 'captured' || payment?.status === 'refunded';
  return payment && isThere ? landed({ paymentId: payment.payment_id }) : notLanded();
}

const nameOf = ({ orderId, payment }: PaymentInput) => ({ order_id: orderId, payment });
const euros = ({ amount }: PaymentOfAmount) => ({ amount: amount.amount, currency: 'EUR' as const });

const authorize = {
  path: '/payments/authorize',
  body: (input: PaymentOfAmount & { method: string; token?: string | undefined }): AuthorizePayment => ({
    ...nameOf(input),
    method: input.method,
    amount: euros(input),
    ...(input.token !== undefined && { token: input.token }),
  }),
  declines: ['CARD_DECLINED', 'INVALID_TOKEN', 'VOIDED'],
  output: paymentId,
};

const capture = {
  path: '/payments/capture',
  body: (input: PaymentOfAmount): CapturePayment => ({ ...nameOf(input), amount: euros(input) }),
  declines: ['CARD_DECLINED', 'NOT_AUTHORIZED', 'VOIDED', 'REFUNDED', 'AUTHORIZATION_EXPIRED'],
  alreadyDone: ({ code, details }: { code: string; details?: Record<string, unknown> }) =>
    code === 'ALREADY_CAPTURED' && details ? paymentId(details) : undefined,
  // 202: the money isn't there yet; a webhook says when it is.
  output: (body: Record<string, unknown>, status: number) => (status === 202 ? later() : paymentId(body)),
};

const voidPayment = {
  path: '/payments/void',
  body: (input: PaymentInput): VoidPayment => nameOf(input),
  output: ({ status }: Record<string, unknown>) => ({
    // The step's output schema checks what the participant says.
    status: status as 'voided' | 'not_found' | 'already_captured' | 'already_voided',
  }),
};

const refund = {
  path: '/payments/refund',
  body: (input: PaymentInput): RefundPayment => nameOf(input),
  // 202: it is pending; a webhook says how it ends.
  output: ({ status, refund_id }: Record<string, unknown>, httpStatus: number) =>
    httpStatus === 202
      ? later()
      : {
          status: status as 'refunded' | 'not_captured' | 'already_refunded',
          ...(typeof refund_id === 'string' && { refundId: refund_id }),
        },
};
