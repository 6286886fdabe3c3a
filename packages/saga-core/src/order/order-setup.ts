import { assign, log, setup } from 'xstate';
import { compensate } from '../compensate.js';
import type { Keeps } from '../kept-obligations.js';
import { asAction, stepFailure } from '../step.js';
import {
  afterUndo,
  changePayment,
  type FailureCode,
  failureOf,
  moveForward,
  type OrderContext,
  type OrderInput,
  paymentIdOfActor,
  paymentOf,
} from './order-context.js';
import {
  afterUndoOfCoupons,
  hasAnotherCoupon,
  nextCoupon,
  skipCoupon,
  takeDiscountOff,
  useCoupon,
} from './order-coupons.js';
import type { GatewayAnswer, OrderEmitted, OrderEvent } from './order-events.js';
import type { OrderSettings } from './order-settings.js';
import type { OrderSteps } from './order-steps.js';

/** A step's failure as what the order failed of: its own code where it was declined, else one for "nobody knows". */
export interface FailureRule {
  readonly error: unknown;
  readonly unknown: FailureCode;
  readonly declined: FailureCode;
}

/** What the gateway answered about one payment, as its spawned step told it. */
export interface Answered {
  readonly actorId: string;
  readonly output: GatewayAnswer;
}

/** A gateway's yes to an authorization. */
export interface Authorized {
  readonly actorId: string;
  readonly output: { readonly paymentId: string };
}

/** A gateway's word that a payment is captured. */
export interface Captured {
  readonly actorId: string;
  readonly output: { readonly paymentId?: string | undefined };
}

/** Types, actors, actions, guards and named delays of the order machine. */
export function setupOrder(settings: OrderSettings, steps: OrderSteps) {
  return setup({
    types: {
      context: {} as OrderContext,
      events: {} as OrderEvent,
      input: {} as OrderInput,
      emitted: {} as OrderEmitted,
      tags: {} as 'rest',
      meta: {} as { keeps?: Keeps<OrderContext> },
    },
    actors: { ...steps, compensate },
    actions: {
      notifyWarehouse: asAction(steps.notifyWarehouse),
      notifyUser: asAction(steps.notifyUser),

      useCoupon: assign({
        coupons: ({ context }, discount: number) => useCoupon(context, discount),
      }),
      skipCoupon: assign({ coupons: ({ context }) => skipCoupon(context) }),
      warnOfCoupon: log(
        ({ context }) => `coupon ${nextCoupon(context)?.code} is not valid: the order goes on without it`,
        'warning',
      ),
      takeDiscountOff: assign(({ context }) => takeDiscountOff(context)),

      takeTokens: assign({
        payments: ({ context, event }) =>
          context.payments.map((payment, index) => {
            const token = event.type === 'PAY' ? event.tokens?.[index] : undefined;
            return token === undefined ? payment : { ...payment, token };
          }),
      }),
      markAuthorized: assign({
        payments: ({ context }, { actorId, output: { paymentId } }: Authorized) =>
          moveForward(context.payments, paymentIdOfActor(actorId), { status: 'authorized', paymentId }),
      }),
      markCaptured: assign({
        payments: ({ context }, { actorId, output: { paymentId } }: Captured) =>
          changePayment(context.payments, paymentIdOfActor(actorId), {
            status: 'captured',
            ...(paymentId !== undefined && { paymentId }),
          }),
      }),
      /** The gateway's own news, which a guard has found to be about a payment of ours. */
      takeNews: assign({
        payments: ({ context, event }) => {
          const news =
            event.type === 'PAYMENT_SUCCEEDED' || event.type === 'PAYMENT_FAILED' ? event : undefined;
          const payment = news && paymentOf(context, news);
          if (!payment) return context.payments;
          if (event.type === 'PAYMENT_FAILED')
            return moveForward(context.payments, payment.id, { status: 'declined' });
          // A payment only moves forward: repeated news of one that was refunded since is old.
          if (payment.status === 'refunded') return context.payments;
          return changePayment(context.payments, payment.id, { status: 'captured' });
        },
      }),
      markFailed: assign({
        payments: ({ context }, { actorId, error }: { actorId: string; error: unknown }) =>
          moveForward(context.payments, paymentIdOfActor(actorId), {
            status: stepFailure({ error }).kind === 'declined' ? 'declined' : 'unknown',
          }),
      }),
      markDeclined: assign({
        payments: ({ context }, actorId: string) =>
          moveForward(context.payments, paymentIdOfActor(actorId), { status: 'declined' }),
      }),
      markUndone: assign({
        payments: ({ context }, undone: readonly string[]) => afterUndo(context.payments, undone),
        coupons: ({ context }, undone: readonly string[]) => afterUndoOfCoupons(context.coupons, undone),
      }),
      /** Where coupons leave nothing to pay there is nothing to ask the gateway for. */
      markFree: assign({
        payments: ({ context }) =>
          context.payments.map((payment) =>
            payment.amount.amount === 0 ? { ...payment, status: 'captured' } : payment,
          ),
      }),
      markAsked: assign({
        asking: ({ context }, actorId: string) =>
          context.asking.filter((id) => id !== paymentIdOfActor(actorId)),
      }),

      fail: assign({
        failure: (_, { code, message }: { code: FailureCode; message: string }) => failureOf(code, message),
      }),
      failBecause: assign({
        failure: (_, rule: FailureRule) => {
          const { kind, message } = stepFailure(rule);
          return failureOf(kind === 'declined' ? rule.declined : rule.unknown, message);
        },
      }),
      failByHand: assign({
        failure: ({ event }) =>
          failureOf('SYSTEM_ERROR', event.type === 'OVERRIDE' ? event.reason : 'by hand'),
      }),
      cancel: assign({
        cancelReason: ({ event }) => {
          if (event.type === 'CANCEL' || event.type === 'OVERRIDE')
            return event.reason ?? 'cancelled by the customer';
          return 'not paid within the time for which the items are held';
        },
      }),
    },
    guards: {
      isOurs: ({ context, event }) =>
        (event.type === 'PAYMENT_SUCCEEDED' || event.type === 'PAYMENT_FAILED') &&
        paymentOf(context, event) !== undefined,
      isOursAndOpen: ({ context, event }) =>
        (event.type === 'PAYMENT_FAILED' || event.type === 'AUTHORIZATION_EXPIRED') &&
        context.payments.some(
          ({ paymentId, status }) => paymentId === event.paymentId && status !== 'captured',
        ),
      hasCoupon: ({ context }) => nextCoupon(context) !== undefined,
      hasAnotherCoupon: ({ context }) => hasAnotherCoupon(context),
      mayGoOnWithout: ({ context }, { error, isLast }: { error: unknown; isLast: boolean }) =>
        context.invalidCoupon === 'continue' &&
        stepFailure({ error }).kind === 'declined' &&
        (isLast || hasAnotherCoupon(context)),
      /** News can say of one that it is captured while others are still being authorized. */
      allAuthorized: ({ context }) =>
        context.payments.every(({ status }) => status === 'authorized' || status === 'captured'),
      allCaptured: ({ context }) => context.payments.every(({ status }) => status === 'captured'),
      allAsked: ({ context }) => context.asking.length === 0,
      /** The whole amount, and no other. */
      foundCaptured: ({ context }, { actorId, output }: Answered) => {
        const amount = context.payments.find(({ id }) => id === paymentIdOfActor(actorId))?.amount;
        const { status, captured } = output;
        return (
          status === 'captured' &&
          captured?.amount === amount?.amount &&
          captured?.currency === amount?.currency
        );
      },
      isTo: ({ event }, target: string) => event.type === 'OVERRIDE' && event.to === target,
      isForcedTo: ({ event }, target: string) =>
        event.type === 'OVERRIDE' && event.force && event.to === target,
    },
    delays: {
      RESERVATION_TTL: settings.reservationTtlMs,
      PAYMENT_TIMEOUT: settings.paymentTimeoutMs,
      OVERDUE: settings.overdueMs,
    },
  });
}

/** What {@link setupOrder} gives: state configurations are made with it. */
export type OrderSetup = ReturnType<typeof setupOrder>;

/** An administrator fails or cancels the order: along the machine's own edges, through compensation. */
export const failByHand = {
  guard: { type: 'isTo', params: 'FAILED' },
  target: '#order.FAILED',
  actions: 'failByHand',
} as const;

/** See {@link failByHand}. */
export const cancelByHand = {
  guard: { type: 'isTo', params: 'CANCELLED' },
  target: '#order.CANCELLED',
  actions: 'cancel',
} as const;

/** The customer withdraws. */
export const cancelByCustomer = { target: '#order.CANCELLED', actions: 'cancel' } as const;

/** What the order failed of, by whether the step was declined or nobody knows how it ended. */
export function failBecause(codes: Omit<FailureRule, 'error'>) {
  const params = ({ event }: { event: { readonly error: unknown } }): FailureRule => ({
    error: event.error,
    ...codes,
  });
  return { type: 'failBecause', params } as const;
}

/** Why payments fail when the gateway has said so itself. */
export const DECLINED = { code: 'PAYMENT_DECLINED', message: 'the payment was declined' } as const;
