import type {
  AdminCause,
  AnySaga,
  JsonObject,
  SendResult,
  StartResult,
  StepOutcome,
  UpgradeResult,
} from '@countermand/saga-core';
import type { OutboxRow, OutboxStatus } from './ports/outbox-rows.js';

/** A saga that is to be started. Its nonce tells a repeated try from somebody else's start. */
export interface StartItem {
  readonly kind: 'start';
  readonly sagaId: string;
  readonly saga: AnySaga;
  readonly input: unknown;
  readonly inputHash: string;
  readonly nonce: string;
  readonly actor: string;
  readonly traceparent?: string | null;
}

/** An event that is to be applied, and whose sender waits for what becomes of it. */
export interface SendItem {
  readonly kind: 'send';
  readonly sagaId: string;
  readonly messageId: string;
  readonly nonce: string;
  readonly event: JsonObject & { readonly type: string };
  readonly actor: string;
  readonly note?: string;
  readonly traceparent?: string | null;
  readonly override?: OverrideOf;
}

/** Makes the override event, once the saga's definition is known. */
interface OverrideOf {
  readonly to: string;
  readonly reason: string;
  readonly force: boolean;
}

/** A row of the inbox that has been accepted before: sent within somebody's transaction, or early. */
export interface InboxItem {
  readonly kind: 'inbox';
  readonly sagaId: string;
  readonly messageId: string;
}

/** How an attempt of a step ended, or what is known of one that ends no more. */
export interface AnswerItem {
  readonly kind: 'answer';
  readonly sagaId: string;
  readonly key: string;
  /** The fence: only a row in one of these, with this lease where one is named, takes the answer. */
  readonly from: readonly OutboxStatus[];
  readonly lease: string | null;
  readonly outcome: StepOutcome;
  /** Only if its lease, retry or deadline has come: what the sweeper says holds no longer than what it saw. */
  readonly overdue?: true;
  /** Given from outside, for a step that answers later. */
  readonly late: boolean;
  /** Of the attempt or the caller; the row's own where this is left out. */
  readonly traceparent?: string | null;
  /** The row as this process holds it. */
  readonly row?: Pick<OutboxRow, 'id' | 'visit' | 'attempt' | 'traceparent' | 'role' | 'lastError'>;
}

/** A timer that is due. */
export interface TimerItem {
  readonly kind: 'timer';
  readonly sagaId: string;
  readonly key: string;
}

/** An act of an administrator. */
export interface AdminItem {
  readonly kind: 'admin';
  readonly sagaId: string;
  readonly cause: AdminCause;
  readonly traceparent?: string | null;
}

/** A saga that is to go on in another version. */
export interface UpgradeItem {
  readonly kind: 'upgrade';
  readonly sagaId: string;
  /** The version that it was seen to be of before. */
  readonly from: number;
  readonly to: AnySaga;
  /** What is stored of the definition's versions. */
  readonly structures: ReadonlyMap<number, readonly string[]>;
  readonly actor: string;
}

/** A published event that its subscriber has taken. */
interface PublishedItem {
  readonly kind: 'published';
  readonly sagaId: string;
  readonly key: string;
  readonly lease: string;
  readonly subscription: string;
  /** How often it was given to the subscriber. */
  readonly attempt: number;
}

/** Everything that the one transaction takes. */
export type MoveItem =
  | StartItem
  | SendItem
  | InboxItem
  | AnswerItem
  | TimerItem
  | AdminItem
  | UpgradeItem
  | PublishedItem;

/** Whether somebody waits for the outcome, who can be told of a failure. */
export function isAwaited(item: MoveItem): boolean {
  return (
    item.kind === 'start' ||
    item.kind === 'send' ||
    item.kind === 'admin' ||
    item.kind === 'upgrade' ||
    (item.kind === 'answer' && item.late)
  );
}

/** What an item came to, once it is committed. `again`: the saga is locked elsewhere, the next batch tries. */
export type MoveResult =
  | { readonly kind: 'started'; readonly result: StartResult }
  | { readonly kind: 'sent'; readonly result: SendResult }
  | { readonly kind: 'upgraded'; readonly result: UpgradeResult }
  /** `isRefused`: the database doesn't save it, whatever is tried; that has been recorded, as far as it could be. */
  | { readonly kind: 'done'; readonly applied: boolean; readonly isRefused?: true }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'again' };
