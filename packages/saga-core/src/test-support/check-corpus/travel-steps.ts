import { deed } from './small-saga.js';

export const releaseSeat = deed('releaseSeat');
export const holdSeat = deed('holdSeat', { opens: 'seat', undo: releaseSeat, declines: ['TAKEN'] });
export const cancelRoom = deed('cancelRoom');
export const bookRoom = deed('bookRoom', { opens: 'room', undo: cancelRoom, declines: ['FULL'] });
export const refund = deed('refund');
export const charge = deed('charge', { opens: 'money', undo: refund, declines: ['NO_MONEY'], probe: true });
export const voidHold = deed('voidHold', { closes: 'hold' });
export const authorize = deed('authorize', { opens: 'hold', undo: voidHold, declines: ['NO_MONEY'] });
export const capture = deed('capture', {
  closes: 'hold',
  opens: 'money',
  undo: refund,
  declines: ['EXPIRED'],
});
export const issueTicket = deed('issueTicket', { opens: 'ticket', pivot: true });
export const verify = deed('verify', { declines: ['FRAUD'] });
export const print = deed('print');

/** Every step of the corpus' journeys. */
export const travel = [
  releaseSeat,
  holdSeat,
  cancelRoom,
  bookRoom,
  refund,
  charge,
  voidHold,
  authorize,
  capture,
  issueTicket,
  verify,
  print,
];
