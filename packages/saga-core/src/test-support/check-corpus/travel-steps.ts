import { deed } from './small-saga.js';

const releaseSeat = deed('releaseSeat');
const holdSeat = deed('holdSeat', { opens: 'seat', undo: releaseSeat, declines: ['TAKEN'] });
const cancelRoom = deed('cancelRoom');
const bookRoom = deed('bookRoom', { opens: 'room', undo: cancelRoom, declines: ['FULL'] });
export const refund = deed('refund');
const charge = deed('charge', { opens: 'money', undo: refund, declines: ['NO_MONEY'], probe: true });
const voidHold = deed('voidHold', { closes: 'hold' });
const authorize = deed('authorize', { opens: 'hold', undo: voidHold, declines: ['NO_MONEY'] });
const capture = deed('capture', {
  closes: 'hold',
  opens: 'money',
  undo: refund,
  declines: ['EXPIRED'],
});
const issueTicket = deed('issueTicket', { opens: 'ticket', pivot: true });
const verify = deed('verify', { declines: ['FRAUD'] });
const print = deed('print');

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
