import type { AdaptersFor } from '@countermand/saga-core';
import { declined, later } from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import type {
  AuthorizePayment,
  CapturePayment,
  PaymentView,
  RefundPayment,
  VoidPayment,
} from '@countermand-examples/participants/contract';
import { callParticipant, probeParticipant } from './participant-steps.ts';
import type { ParticipantsClient } from './participants-client.ts';

type Adapters = AdaptersFor<OrderSaga>;
type PaymentSteps = 'authorize' | 'capture' | 'void' | 'refund' | 'lookupPayment';

/** The tokens that the mock gateway knows; they don't exist in production. */
export const MOCK_TOKENS: ReadonlySet<string> = new Set(
  ['ok', 'slow', 'declined', 'lost', 'late', 'random'].map((name) => `tok_${name}`),
);

const paymentId = ({ payment_id }: Record<string, unknown>) => ({ paymentId: String(payment_id) });

/** The payment participant's part of the order saga. */
export function paymentAdapters(
  client: ParticipantsClient,
  { allowMockTokens }: { readonly allowMockTokens: boolean },
): Pick<Adapters, PaymentSteps> {
  return {
    authorize: {
      run: async (call) => {
        const { token } = call.input;
        if (!allowMockTokens && (token === undefined || MOCK_TOKENS.has(token)))
          return declined('INVALID_TOKEN');
        return await callParticipant(client, authorize, call);
      },
      probe: (call) => probeParticipant(client, paymentId, call),
    },
    capture: {
      run: (call) => callParticipant(client, capture, call),
      // A capture that is only promised hasn't landed, and may yet.
      probe: (call) =>
        probeParticipant(
          client,
          (body) => (body['status'] === 'captured' ? paymentId(body) : undefined),
          call,
        ),
    },
    void: (call) => callParticipant(client, voidPayment, call),
    refund: (call) => callParticipant(client, refund, call),
    lookupPayment: async ({ input: { orderId, payment }, signal }) => {
      const query = new URLSearchParams({ order_id: orderId, payment });
      const { payments } = await client.get<{ payments: PaymentView[] }>(`/payments?${query}`, signal);
      const latest = payments.at(-1);
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
  output: ({ status, refund_id }: Record<string, unknown>) => ({
    status: status as 'refunded' | 'not_captured' | 'already_refunded',
    ...(typeof refund_id === 'string' && { refundId: refund_id }),
  }),
};
