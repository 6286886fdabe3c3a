import type { OrderSetup } from './order-setup.js';

const over = {
  PAY: {},
  PAYMENT_FAILED: {},
  AUTHORIZATION_EXPIRED: {},
  WAREHOUSE_PACKED: {},
  CARRIER_SCANNED: {},
} as const;

/** FAILED: a wanted purchase proved impossible. */
export function failedState(order: OrderSetup) {
  return order.createStateConfig({
    entry: order.enqueueActions(({ context: { orderId, failure }, enqueue }) => {
      const code = failure?.code ?? 'SYSTEM_ERROR';
      enqueue.emit({ type: 'ORDER_FAILED', orderId, code });
      if (code === 'OUT_OF_STOCK') {
        enqueue({ type: 'notifyUser', params: { orderId, kind: 'out_of_stock' } });
      }
      if (failure?.category === 'PAYMENT_FAILED') {
        enqueue({ type: 'notifyUser', params: { orderId, kind: 'payment_failed' } });
      }
    }),
    on: { ...over, CANCEL: {} },
    ...undoing(order),
  });
}

/** CANCELLED: withdrawn by the customer, a clock or an administrator. */
export function cancelledState(order: OrderSetup) {
  return order.createStateConfig({
    entry: order.emit(({ context: { orderId, cancelReason } }) => ({
      type: 'ORDER_CANCELLED',
      orderId,
      reason: cancelReason ?? '',
    })),
    on: { ...over, CANCEL: {} },
    ...undoing(order),
  });
}

/** Both ends stay alive for money: what turns out to have been captured after all is refunded. */
function undoing(order: OrderSetup) {
  return order.createStateConfig({
    initial: 'compensating',
    states: {
      compensating: {
        invoke: {
          id: 'compensate',
          src: 'compensate',
          onDone: {
            target: 'settled',
            actions: { type: 'markUndone', params: ({ event }) => event.output.undone },
          },
        },
        // The ledger takes it, and compensation reads again what is open after each undo.
        on: { PAYMENT_SUCCEEDED: { guard: 'isOurs', actions: 'takeNews' } },
      },
      settled: {
        tags: 'rest',
        on: {
          PAYMENT_SUCCEEDED: [
            { guard: 'isOurs', target: 'compensating', actions: 'takeNews' },
            { target: 'askingGateway' },
          ],
        },
      },
      /** News of a payment that we don't know, or of another amount: the gateway is asked, the news not believed. */
      askingGateway: {
        entry: order.enqueueActions(({ context, enqueue }) => {
          for (const { id, amount } of context.payments) {
            const input = { orderId: context.orderId, payment: id, amount };
            enqueue.spawnChild('lookupPayment', { id: `late.${id}`, input });
          }
          enqueue.assign({ asking: context.payments.map(({ id }) => id) });
        }),
        on: {
          'xstate.done.actor.late.*': [
            {
              guard: ({ event }) => event.output.status === 'captured',
              actions: [
                { type: 'markCaptured', params: ({ event }) => event },
                { type: 'markAsked', params: ({ event }) => event.actorId },
              ],
            },
            { actions: { type: 'markAsked', params: ({ event }) => event.actorId } },
          ],
          'xstate.error.actor.late.*': {
            actions: { type: 'markAsked', params: ({ event }) => event.actorId },
          },
        },
        // The ledger has entered what the gateway said; compensation undoes what is open.
        always: { guard: 'allAsked', target: 'compensating' },
      },
    },
  });
}
