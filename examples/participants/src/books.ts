import type { Change, Task } from './journal/change.ts';
import type { CommandEntry } from './journal/entry.ts';
import type { Posted } from './journal/journal-file.ts';
import { type DeliveryBook, emptyDelivery, postToDelivery } from './participants/delivery.ts';
import { emptyFulfilment, type FulfilmentBook, postToFulfilment } from './participants/fulfilment.ts';
import { emptyInventory, type InventoryBook, postToInventory } from './participants/inventory-book.ts';
import {
  emptyNotifications,
  type NotificationsBook,
  postToNotifications,
} from './participants/notifications.ts';
import { emptyPayments, type PaymentsBook, postToPayments } from './participants/payments-book.ts';
import { emptyPromotions, type PromotionsBook, postToPromotions } from './participants/promotions.ts';

export type QueuedWebhook = Extract<Change, { kind: 'webhook.queued' }>;

/** A remembered answer, and how many journal lines claim to be its effect: one, or it was doubled. */
export interface Effect extends CommandEntry {
  count: number;
  at: string;
}

/** The state of all participants: a fold of the journal and nothing else. */
export interface Books {
  inventory: InventoryBook;
  payments: PaymentsBook;
  promotions: PromotionsBook;
  fulfilment: FulfilmentBook;
  delivery: DeliveryBook;
  notifications: NotificationsBook;
  /** By idempotency key. */
  effects: Map<string, Effect>;
  /** Work that is planned and not done yet, by task id; `dueAt` in ms since 1970. */
  tasks: Map<string, { dueAt: number; task: Task }>;
  /** Webhooks that are not delivered yet, by id. */
  webhooks: Map<string, QueuedWebhook>;
  webhooksDelivered: number;
  /** By order: when anything about it changed last, ISO 8601. */
  lastChangeAt: Map<string, string>;
}

export function emptyBooks(): Books {
  return {
    inventory: emptyInventory(),
    payments: emptyPayments(),
    promotions: emptyPromotions(),
    fulfilment: emptyFulfilment(),
    delivery: emptyDelivery(),
    notifications: emptyNotifications(),
    effects: new Map(),
    tasks: new Map(),
    webhooks: new Map(),
    webhooksDelivered: 0,
    lastChangeAt: new Map(),
  };
}

/**
 * Writes one entry into the books, in place. The running process and an audit that reads the file
 * both use this one function, so that they can't come to different ends.
 */
export function post(books: Books, { line, entry }: Posted): void {
  const { at, command, changes } = entry;
  if (command) {
    const count = (books.effects.get(command.key)?.count ?? 0) + 1;
    books.effects.set(command.key, { ...command, count, at });
  }
  for (const change of changes) {
    postToInventory(books.inventory, change, { line, at });
    postToPayments(books.payments, change, { line, at });
    postToPromotions(books.promotions, change);
    postToFulfilment(books.fulfilment, change);
    postToDelivery(books.delivery, change);
    postToNotifications(books.notifications, change, at);
    postToAgenda(books, change);
    if ('order_id' in change) books.lastChangeAt.set(change.order_id, at);
  }
}

function postToAgenda(books: Books, change: Change): void {
  switch (change.kind) {
    case 'task.planned':
      books.tasks.set(change.task_id, { dueAt: change.due_at, task: change.task });
      return;
    case 'task.done':
      books.tasks.delete(change.task_id);
      return;
    case 'webhook.queued':
      books.webhooks.set(change.webhook_id, change);
      return;
    case 'webhook.delivered':
      if (books.webhooks.delete(change.webhook_id)) books.webhooksDelivered += 1;
      return;
  }
}
