import { createHash, randomUUID } from 'node:crypto';
import { type Books, emptyBooks, post, type QueuedWebhook } from './books.ts';
import type { PreparedCommand } from './commands.ts';
import type { Change, Task } from './journal/change.ts';
import type { CommandEntry } from './journal/entry.ts';
import type { JournalFile, Posted } from './journal/journal-file.ts';
import { CATALOG } from './participants/catalog.ts';
import type { Decision, Moment, Policy } from './participants/decision.ts';
import { pack, scan } from './participants/delivery.ts';
import { supply } from './participants/inventory.ts';
import { captureLate, endRefund } from './participants/payments.ts';

/** What becomes of a command. `lost`: the effect stands, and the caller must hear nothing. */
export type Outcome =
  | { kind: 'answered'; status: CommandEntry['status']; answer: Record<string, unknown>; replayed: boolean }
  | { kind: 'lost' }
  | { kind: 'key_reused' };

/** Who hears of new work as it is journalled, and of all that is open at the start. */
export interface Watchers {
  taskPlanned: (taskId: string, dueAt: number) => void;
  webhookQueued: (webhook: QueuedWebhook) => void;
}

/**
 * The participants as one writer: decide, journal and post happen in one turn of the event loop,
 * so no two commands ever decide on the same state; answers wait for the disk.
 */
export class World {
  readonly books: Books = emptyBooks();
  /** Keys that a participant is still thinking about. */
  private readonly held = new Map<string, Promise<void>>();
  private journal: JournalFile | undefined;
  private watchers: Watchers | undefined;

  constructor(
    private readonly policy: Policy,
    private readonly now: () => number = Date.now,
  ) {}

  /** Posts an entry that is in the journal already. */
  readonly replay = (posted: Posted): void => post(this.books, posted);

  /** From here on there are effects: supplies what a new journal lacks, hands on what is open. */
  open(journal: JournalFile, watchers: Watchers): void {
    this.journal = journal;
    for (const [taskId, { dueAt }] of this.books.tasks) watchers.taskPlanned(taskId, dueAt);
    for (const webhook of this.books.webhooks.values()) watchers.webhookQueued(webhook);
    this.watchers = watchers;
    const missing = CATALOG.filter(({ sku }) => !this.books.inventory.stock.has(sku));
    if (missing.length === 0) return;
    this.append(missing.flatMap(({ sku, units }) => supply(this.books.inventory, sku, units)));
  }

  /** Resolves when all that memory knows is on the disk. */
  async settled(): Promise<void> {
    await this.opened().settled();
  }

  /**
   * Carries a command out, once per key: the same key and body again get the first answer, at the
   * same time too, and another body is told apart. Resolves when the answer is on the disk.
   */
  async execute(command: PreparedCommand, key: string): Promise<Outcome> {
    const fingerprint = fingerprintOf(command);
    // No await where nothing is held: between here and the decision nobody else may get in.
    while (this.held.has(key)) await this.held.get(key);
    const known = this.books.effects.get(key);
    if (known?.status === 202 && known.fingerprint === fingerprint && command.asksAgain) {
      const { status, answer } = await this.redecide(command, key);
      return { kind: 'answered', status, answer, replayed: true };
    }
    if (known) return this.recall(known, fingerprint, true);

    const holdMs = command.holdMs(this.books, this.policy);
    const effect =
      holdMs > 0
        ? await this.decideAfter(holdMs, command, key, fingerprint)
        : this.decideNow(command, key, fingerprint);
    return this.recall(effect, fingerprint, false);
  }

  /** Carries out a command that has no key: every call counts. */
  async trigger(command: PreparedCommand): Promise<Decision> {
    return await this.redecide(command, '');
  }

  /** Decides without an entry of its own in the list of effects. */
  private async redecide(command: PreparedCommand, key: string): Promise<Decision> {
    const decision = command.decide(this.books, this.moment(), key);
    if (decision.changes.length > 0) this.append(decision.changes);
    await this.settled();
    return decision;
  }

  /** Sets what is available of a known SKU. */
  async restock(sku: string, available: number): Promise<boolean> {
    if (!this.books.inventory.stock.has(sku)) return false;
    this.append(supply(this.books.inventory, sku, available));
    await this.settled();
    return true;
  }

  /** The effect of a key. Waits for one that is being decided, so that its "no" can be believed. */
  async lookUp(key: string): Promise<CommandEntry | undefined> {
    await this.held.get(key);
    const effect = this.books.effects.get(key);
    await this.settled();
    return effect;
  }

  /** A view of the books as they are at this moment, handed out once all of it is on the disk. */
  async show<View>(view: (books: Books) => View): Promise<View> {
    const shown = view(this.books);
    await this.settled();
    return shown;
  }

  /** Carries out a planned task whose time has come; nothing if it is done already. */
  runTask(taskId: string): void {
    const planned = this.books.tasks.get(taskId);
    if (!planned) return;
    this.append([{ kind: 'task.done', task_id: taskId }, ...this.perform(planned.task)]);
  }

  webhookDelivered(webhook_id: string, attempts: number): void {
    this.append([{ kind: 'webhook.delivered', webhook_id, attempts }]);
  }

  private perform(task: Task): Change[] {
    const { books } = this;
    const moment = this.moment();
    switch (task.kind) {
      case 'late_capture':
        return captureLate(books.payments, task, moment);
      case 'end_refund':
        return endRefund(books.payments, task, moment);
      case 'pack':
        if (books.delivery.parcels.has(task.order_id)) return [];
        return pack(books.delivery, task, moment).changes;
      case 'scan':
        if (books.delivery.scanned.has(task.order_id)) return [];
        return scan(books.delivery, books.fulfilment.labels, task, moment).changes;
    }
  }

  private decideNow(command: PreparedCommand, key: string, fingerprint: string): CommandEntry {
    const decision = command.decide(this.books, this.moment(), key);
    const { status, answer, lostUntil } = decision;
    const effect: CommandEntry = {
      key,
      path: command.path,
      order_id: command.orderId,
      fingerprint,
      status,
      answer,
      ...(lostUntil !== undefined && { lost_until: lostUntil }),
    };
    this.append(decision.changes, effect);
    return effect;
  }

  /** Whoever comes with the same key meanwhile waits, and is let go when the decision is made. */
  private async decideAfter(
    ms: number,
    command: PreparedCommand,
    key: string,
    fingerprint: string,
  ): Promise<CommandEntry> {
    const decided = Promise.withResolvers<void>();
    this.held.set(key, decided.promise);
    await new Promise((resolve) => setTimeout(resolve, ms));
    try {
      return this.decideNow(command, key, fingerprint);
    } finally {
      this.held.delete(key);
      decided.resolve();
    }
  }

  private async recall(effect: CommandEntry, fingerprint: string, replayed: boolean): Promise<Outcome> {
    if (effect.fingerprint !== fingerprint) return { kind: 'key_reused' };
    await this.settled();
    if (effect.lost_until !== undefined && this.now() < effect.lost_until) return { kind: 'lost' };
    return { kind: 'answered', status: effect.status, answer: effect.answer, replayed };
  }

  private append(changes: Change[], command?: CommandEntry): void {
    const at = new Date(this.now()).toISOString();
    const posted = this.opened().append({ at, ...(command && { command }), changes });
    post(this.books, posted);
    for (const change of changes) {
      if (change.kind === 'task.planned') this.watchers?.taskPlanned(change.task_id, change.due_at);
      if (change.kind === 'webhook.queued') this.watchers?.webhookQueued(change);
    }
  }

  private moment(): Moment {
    return { now: this.now(), newId: (prefix) => `${prefix}_${randomUUID()}`, policy: this.policy };
  }

  private opened(): JournalFile {
    if (!this.journal) throw new Error('The journal has to be opened first');
    return this.journal;
  }
}

function fingerprintOf({ path, canonicalBody }: PreparedCommand): string {
  return createHash('sha256').update(`${path}\n${canonicalBody}`).digest('hex').slice(0, 32);
}
