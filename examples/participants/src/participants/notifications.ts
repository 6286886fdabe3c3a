import type { NotificationKind } from '../contract/audit-answers.ts';
import type { Notify } from '../contract/command-bodies.ts';
import type { Change } from '../journal/change.ts';
import { type Decision, done, type Moment } from './decision.ts';

/** What users were told, by order, oldest first. */
export interface NotificationsBook {
  orders: Map<string, { kind: NotificationKind; at: string }[]>;
}

export function emptyNotifications(): NotificationsBook {
  return { orders: new Map() };
}

/** Writes one change into the book; changes of other participants pass by. */
export function postToNotifications(book: NotificationsBook, change: Change, at: string): void {
  if (change.kind !== 'user.notified') return;
  const told = book.orders.get(change.order_id) ?? [];
  told.push({ kind: change.what, at });
  book.orders.set(change.order_id, told);
}

/** Tells the user; as often as there are keys. */
export function notify(body: Notify, moment: Moment): Decision {
  const told: Change = { kind: 'user.notified', order_id: body.order_id, what: body.kind };
  return done({ notification_id: moment.newId('not') }, [told]);
}
