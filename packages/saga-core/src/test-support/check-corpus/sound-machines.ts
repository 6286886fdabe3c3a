import { assign, emit, raise } from 'xstate';
import { withCheckOptions } from '../../check/with-check-options.js';
import type { AnySaga } from '../../saga-definition.js';
import { asAction, stepFailure } from '../../step.js';
import { CHARGES_ONCE } from './charges-again.js';
import { KEEPS_ONE_CARD } from './charges-by-card.js';
import { CLOSES_IN_TIME } from './closes-too-soon.js';
import { SOUND_NEWS, SOUND_WAITS } from './news-machines.js';
import { BACK_FOR_CERTAIN } from './pivots-in-doubt.js';
import { GIVES_BACK_OR_KEEPS } from './settled-by-input.js';
import { deed, failed, invoke, kept, newsOf, smallSaga, undoing } from './small-saga.js';
import { refund, travel } from './travel-steps.js';

const end = (...keeps: string[]) => ({ tags: ['rest'], meta: { keeps } });

const giveBack = deed('giveBack');
const takeStock = deed('takeStock', { opens: 'stock.held', undo: giveBack, declines: ['NONE'] });
const sellStock = deed('sellStock', { closes: 'stock.held', opens: 'stock.sold', pivot: true });
const cancelOrder = deed('cancelOrder');
const createOrder = deed('createOrder', { opens: 'order', undo: cancelOrder, declines: ['INVALID'] });
const cancelCoupon = deed('cancelCoupon');
const applyCoupon = deed('applyCoupon', { opens: 'coupon', undo: cancelCoupon, declines: ['EXPIRED'] });
const fetchCart = deed('fetchCart', { declines: ['NOT_FOUND'] });
const dismiss = deed('dismiss');
const assignDriver = deed('assignDriver', { opens: 'driver', undo: dismiss, declines: ['NONE_FREE'] });
const creditBack = deed('creditBack');
const debit = deed('debit', { opens: 'debit', undo: creditBack, declines: ['NO_FUNDS'], probe: true });
const credit = deed('credit', { opens: 'credit', closes: 'debit', pivot: true, probe: true });
const tell = deed('tell');
const refundPeriod = deed('refundPeriod');
/** A payment intent for each period: asked for once more, it is charged once all the same. */
const chargePeriod = deed('chargePeriod', {
  opens: 'money',
  undo: refundPeriod,
  declines: ['NO_MONEY'],
  idempotentBy: 'instance',
});
const leaveRoom = deed('leaveRoom', { closes: 'room' });
const shop = [
  giveBack,
  takeStock,
  sellStock,
  cancelOrder,
  createOrder,
  cancelCoupon,
  applyCoupon,
  fetchCart,
  tell,
];

const travelBooking = smallSaga('travel-booking', {
  steps: travel,
  events: { CANCEL: {} },
  machine: {
    initial: 'seat',
    states: {
      seat: { ...invoke('holdSeat', 'room'), on: { CANCEL: 'failed' } },
      room: { ...invoke('bookRoom', 'paying'), on: { CANCEL: 'failed' } },
      paying: { ...invoke('charge', 'booked'), on: { CANCEL: 'failed' } },
      booked: { ...end('seat', 'room', 'money'), on: { CANCEL: {} } },
      failed: { ...failed, on: { CANCEL: {} } },
    },
  },
});

const foodDelivery = smallSaga('food-delivery', {
  steps: [...travel, dismiss, assignDriver],
  events: { COOKED: kept, DELIVERED: kept },
  machine: {
    initial: 'paying',
    states: {
      paying: invoke('authorize', 'cooking'),
      cooking: { after: { LATER: 'failed' }, on: { COOKED: 'assigning', DELIVERED: {} } },
      assigning: { ...invoke('assignDriver', 'driving'), on: { COOKED: {} } },
      driving: { after: { LATER: 'failed' }, on: { DELIVERED: 'capturing', COOKED: {} } },
      capturing: { ...invoke('capture', 'eaten'), on: { COOKED: {}, DELIVERED: {} } },
      eaten: { ...end('money', 'driver'), on: { COOKED: {}, DELIVERED: {} } },
      failed: { ...failed, on: { COOKED: {}, DELIVERED: {} } },
    },
  },
});

const subscription = smallSaga('subscription', {
  steps: [refundPeriod, chargePeriod],
  events: { CANCEL: {} },
  machine: {
    initial: 'charging',
    context: { tries: 0 },
    states: {
      charging: {
        ...invoke('chargePeriod', 'active', [
          { guard: 'mayTryAgain', target: 'waiting', actions: 'count' },
          { target: '#failed' },
        ]),
        on: { CANCEL: 'failed' },
      },
      waiting: { after: { SOON: 'charging' }, on: { CANCEL: 'failed' } },
      active: { ...end('money'), on: { CANCEL: 'failed' } },
      failed: { ...failed, on: { CANCEL: {} } },
    },
  },
  guards: { mayTryAgain: ({ context }: { context: { tries: number } }) => context.tries < 3 },
  actions: { count: assign({ tries: ({ context }: { context: { tries: number } }) => context.tries + 1 }) },
});

const bankTransfer = smallSaga('bank-transfer', {
  steps: [creditBack, debit, credit],
  machine: {
    initial: 'debiting',
    states: {
      debiting: invoke('debit', 'crediting'),
      // The pivot: what nobody knows of it, a person finds out.
      crediting: { invoke: { id: 'credit', src: 'credit', input: () => ({}), onDone: 'transferred' } },
      transferred: end('credit'),
      failed,
    },
  },
});

const marketplacePayout = smallSaga('marketplace-payout', {
  steps: [...travel, creditBack, debit],
  machine: {
    initial: 'capturing',
    states: {
      capturing: {
        initial: 'authorizing',
        states: { authorizing: invoke('authorize', 'taking'), taking: invoke('capture', '#paying') },
      },
      paying: {
        id: 'paying',
        type: 'parallel',
        onDone: 'settled',
        states: {
          seller: { initial: 'a', states: { a: invoke('debit', 'b'), b: { type: 'final' } } },
          ticket: { initial: 'a', states: { a: invoke('print', 'b'), b: { type: 'final' } } },
        },
      },
      settled: end('money', 'debit'),
      failed,
    },
  },
});

const orderLifecycle = smallSaga('flow-a-order', {
  steps: [...shop, ...travel],
  // Longer than the deadline of any step, so that none outlasts it.
  events: { PAY: kept, CANCEL: {}, PAID: { ...newsOf('money', refund), defer: { ttlMs: 3_600_000 } } },
  machine: {
    initial: 'CREATED',
    states: {
      CREATED: { ...invoke('takeStock', 'RESERVED'), on: { CANCEL: 'failed' } },
      RESERVED: { after: { LATER: 'failed' }, on: { PAY: 'PAYING', CANCEL: 'failed' } },
      PAYING: {
        ...invoke('charge', 'PAID'),
        after: { LATER: 'failed' },
        on: { PAID: 'PAID', CANCEL: 'failed', PAY: {} },
      },
      PAID: { ...invoke('verify', 'SHIPPED'), on: { PAID: {}, CANCEL: 'failed', PAY: {} } },
      SHIPPED: {
        invoke: { id: 'sellStock', src: 'sellStock', input: () => ({}), onDone: 'DONE' },
        on: { PAID: {}, CANCEL: {}, PAY: {} },
      },
      DONE: { ...end('money', 'stock.sold'), on: { PAID: {}, CANCEL: {}, PAY: {} } },
      failed: {
        id: 'failed',
        initial: 'undoing',
        on: { PAY: {}, CANCEL: {} },
        states: {
          undoing: {
            invoke: { src: 'compensate', onDone: 'done' },
            on: { PAID: { target: 'undoing', reenter: true } },
          },
          done: { tags: ['rest'], on: { PAID: 'undoing' } },
        },
      },
    },
  },
});

const cartCheckout = smallSaga('flow-b-cart', {
  steps: shop,
  machine: {
    initial: 'fetching',
    states: {
      fetching: invoke('fetchCart', 'reserving', 'refused'),
      reserving: invoke('takeStock', 'ordering'),
      ordering: invoke('createOrder', 'committing'),
      committing: { invoke: { id: 'sellStock', src: 'sellStock', input: () => ({}), onDone: 'done' } },
      done: end('order', 'stock.sold'),
      refused: end(),
      failed,
    },
  },
});

const couponsAndSplit = smallSaga('flow-c-coupons', {
  steps: [...shop, ...travel],
  machine: {
    initial: 'reserving',
    states: {
      reserving: invoke('takeStock', 'discounting'),
      discounting: invoke('applyCoupon', 'paying'),
      paying: {
        type: 'parallel',
        onDone: 'done',
        states: {
          card: {
            initial: 'a',
            states: { a: invoke('authorize', 'b'), b: invoke('capture', 'c'), c: { type: 'final' } },
          },
          wallet: { initial: 'a', states: { a: invoke('bookRoom', 'b'), b: { type: 'final' } } },
        },
      },
      done: end('stock.held', 'coupon', 'money', 'room'),
      failed,
    },
  },
});

const userRegistration = smallSaga('flow-d-answers-by-event', {
  steps: [...shop],
  events: { STOCK_RESERVED: kept, STOCK_REFUSED: kept },
  machine: {
    initial: 'asking',
    states: {
      asking: invoke('createOrder', 'waiting'),
      waiting: { after: { SOON: 'failed' }, on: { STOCK_RESERVED: 'done', STOCK_REFUSED: 'failed' } },
      done: { ...end('order'), on: { STOCK_RESERVED: {}, STOCK_REFUSED: {} } },
      failed: { ...failed, on: { STOCK_RESERVED: {}, STOCK_REFUSED: {} } },
    },
  },
});

const behindABroker = smallSaga('flow-e-broker', {
  steps: shop,
  actions: { tell: asAction(tell) },
  machine: {
    initial: 'reserving',
    states: {
      reserving: { ...invoke('takeStock', 'selling'), exit: emit({ type: 'RESERVATION_ANSWERED' }) },
      selling: { invoke: { id: 'sellStock', src: 'sellStock', input: () => ({}), onDone: 'done' } },
      done: { ...end('stock.sold'), entry: { type: 'tell', params: {} } },
      failed: { ...failed, entry: { type: 'tell', params: {} } },
    },
  },
});

const reminds = smallSaga('reminds-and-waits', {
  steps: travel,
  events: { SIGNED: {}, CANCEL: {} },
  machine: {
    initial: 'seat',
    states: {
      seat: { ...invoke('holdSeat', 'signing'), on: { SIGNED: {}, CANCEL: 'failed' } },
      signing: {
        after: { SOON: { target: 'signing', reenter: true, actions: emit({ type: 'OVERDUE' }) } },
        on: { SIGNED: 'done', CANCEL: 'failed' },
      },
      done: { ...end('seat'), on: { SIGNED: {}, CANCEL: {} } },
      failed: { ...failed, on: { SIGNED: {}, CANCEL: {} } },
    },
  },
});

const choosesByGuard = smallSaga('chooses-by-guard', {
  steps: travel,
  machine: {
    initial: 'seat',
    states: {
      seat: invoke('holdSeat', [{ guard: 'wantsRoom', target: 'room' }, { target: 'paying' }]),
      room: invoke('bookRoom', 'paying'),
      paying: invoke('charge', 'done'),
      done: end('seat', 'room', 'money'),
      failed,
    },
  },
  guards: { wantsRoom: () => false },
});

const changesRoom = smallSaga('changes-its-mind', {
  steps: [...travel, leaveRoom],
  events: { CHANGE: {}, FINISH: {} },
  machine: {
    initial: 'seat',
    states: {
      seat: { ...invoke('holdSeat', 'held'), on: { CHANGE: {}, FINISH: {} } },
      held: {
        after: { LATER: 'failed' },
        on: { CHANGE: 'leaving', FINISH: 'done' },
      },
      leaving: { ...invoke('leaveRoom', 'room'), on: { CHANGE: {}, FINISH: {} } },
      room: { ...invoke('bookRoom', 'held', 'held'), on: { CHANGE: {}, FINISH: {} } },
      done: { ...end('seat', 'room'), on: { CHANGE: {}, FINISH: {} } },
      failed: { ...failed, on: { CHANGE: {}, FINISH: {} } },
    },
  },
});

const paysInParts = smallSaga('holds-two-things-at-once', {
  steps: travel,
  machine: {
    initial: 'holding',
    states: {
      holding: {
        type: 'parallel',
        onDone: 'paying',
        states: {
          seat: { initial: 'a', states: { a: invoke('holdSeat', 'b'), b: { type: 'final' } } },
          room: { initial: 'a', states: { a: invoke('bookRoom', 'b'), b: { type: 'final' } } },
        },
      },
      paying: { ...invoke('charge', 'done'), after: { LATER: 'failed' } },
      done: end('seat', 'room', 'money'),
      failed,
    },
  },
});

const refundsOnDemand = smallSaga('refunds-on-demand', {
  steps: travel,
  events: { REFUND: kept },
  machine: {
    initial: 'paying',
    states: {
      paying: invoke('charge', 'paid'),
      paid: { ...end('money'), on: { REFUND: 'failed' } },
      failed: { id: 'failed', ...undoing, on: { REFUND: {} } },
    },
  },
});

const goesForward = smallSaga('goes-forward-after-the-pivot', {
  steps: travel,
  machine: {
    initial: 'seat',
    states: {
      seat: invoke('holdSeat', 'ticket'),
      ticket: { invoke: { id: 'issueTicket', src: 'issueTicket', input: () => ({}), onDone: 'printing' } },
      // Tried again until it works: there is no way back.
      printing: invoke('print', 'done', 'again'),
      again: { after: { SOON: 'printing' } },
      done: end('seat', 'ticket'),
      failed,
    },
  },
});

const ship = deed('ship', { pivot: true, declines: ['NO_CARRIER'] });
const payBack = deed('payBack', { closes: 'money' });
/** What nobody knows of the pivot parks. */
const onlyDeclined = [{ guard: 'isDeclined', target: '#failed' }];
const guards = {
  isDeclined: ({ event }: { event: { error?: unknown } }) => stepFailure(event).kind === 'declined',
};

const undoesBeforeThePivot = smallSaga('undoes-where-the-pivot-was-declined', {
  steps: [...travel, ship],
  machine: {
    initial: 'paying',
    states: {
      paying: invoke('charge', 'shipping'),
      shipping: invoke('ship', 'shipped', onlyDeclined),
      shipped: end('money'),
      failed,
    },
  },
  guards,
});

const paysBackAfterThePivot = smallSaga('pays-back-by-a-step-after-the-pivot', {
  steps: [...travel, ship, payBack],
  machine: {
    initial: 'paying',
    states: {
      paying: invoke('charge', 'shipping'),
      shipping: invoke('ship', 'printing', onlyDeclined),
      printing: invoke('print', 'shipped', 'payingBack'),
      payingBack: invoke('payBack', 'paidBack', 'again'),
      again: { after: { SOON: 'payingBack' } },
      shipped: end('money'),
      paidBack: end(),
      failed,
    },
  },
  guards,
});

/** Most of these states are left at once, in the same decision that enters them. */
const passesThrough = (name: string, otherwise: object) => {
  const byRank = (vip: string, plain: string) => ({
    always: [
      { guard: 'isVip', target: vip },
      { target: plain, ...otherwise },
    ],
  });
  return smallSaga(name, {
    steps: travel,
    machine: {
      initial: 'begun',
      context: { isVip: true },
      states: {
        begun: byRank('booking', 'booking'),
        booking: {
          initial: 'seat',
          onDone: 'routing',
          states: {
            seat: invoke('holdSeat', 'room'),
            room: invoke('bookRoom', 'held'),
            held: { type: 'final' },
          },
        },
        routing: { entry: raise({ type: 'GO' }), on: { GO: 'choosing' } },
        choosing: byRank('vip', 'done'),
        vip: { entry: raise({ type: 'GO' }), on: { GO: 'done' } },
        done: end('seat', 'room'),
        failed,
      },
    },
    guards: {
      isVip: ({ context }: { context: { isVip: boolean } }) => context.isVip,
      isPlain: ({ context }: { context: { isVip: boolean } }) => !context.isVip,
    },
  });
};

const passesThroughByGuesses = passesThrough('passes-through-states', {});

/** Its guards are asked, and not taken both ways. */
const passesThroughBySamples = withCheckOptions(
  passesThrough('passes-through-states-by-samples', { guard: 'isPlain' }),
  { samples: { input: [{}] } },
);

/** What was approved once may be approved again: nothing waits for that any more. */
const isApprovedTwice = smallSaga('is-approved-twice', {
  steps: travel,
  events: { OK: kept },
  machine: {
    initial: 'holding',
    states: {
      holding: invoke('holdSeat', 'waiting'),
      waiting: { after: { LATER: 'failed' }, on: { OK: 'printing' } },
      printing: invoke('print', 'held'),
      held: { ...end('seat'), on: { OK: {} } },
      failed: { ...failed, on: { OK: {} } },
    },
  },
});

/** Workflows as they are written in earnest, in which there is nothing to find. */
export const SOUND: readonly AnySaga[] = [
  travelBooking,
  foodDelivery,
  subscription,
  bankTransfer,
  marketplacePayout,
  orderLifecycle,
  cartCheckout,
  couponsAndSplit,
  userRegistration,
  behindABroker,
  reminds,
  isApprovedTwice,
  choosesByGuard,
  changesRoom,
  ...CHARGES_ONCE,
  ...CLOSES_IN_TIME,
  ...KEEPS_ONE_CARD,
  paysInParts,
  refundsOnDemand,
  goesForward,
  undoesBeforeThePivot,
  paysBackAfterThePivot,
  ...BACK_FOR_CERTAIN,
  passesThroughByGuesses,
  passesThroughBySamples,
  ...SOUND_WAITS,
  ...SOUND_NEWS,
  GIVES_BACK_OR_KEEPS,
];
