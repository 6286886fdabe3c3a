import { messageOf } from '../saga-error.js';
import type { Agenda } from './agenda.js';
import type { PublishedEvent } from './stored-saga.js';

/** What a subscription calls for each event. What it throws is tried again. */
export type PublishedHandler = (published: PublishedEvent) => Promise<void> | void;

const RETRY_AFTER_MS = 1_000;

interface Subscription {
  readonly type: string;
  readonly name: string;
  readonly handler: PublishedHandler;
  /** Events that aren't handled yet, by saga; the first of each is under way or waits for its next try. */
  readonly waiting: Map<string, PublishedEvent[]>;
}

/** Gives published events to those who asked for them: each at least once, in order per saga. */
export class Subscriptions {
  readonly #all = new Map<string, Subscription>();
  readonly #agenda: Agenda;
  readonly #now: () => number;
  /** What the last failed delivery of each subscription said. */
  readonly errors = new Map<string, string>();

  constructor(agenda: Agenda, now: () => number) {
    this.#agenda = agenda;
    this.#now = now;
  }

  /** Subscribes, or takes the place of the handler of that name. */
  add(type: string, name: string, handler: PublishedHandler): void {
    const waiting = this.#all.get(name)?.waiting ?? new Map<string, PublishedEvent[]>();
    this.#all.set(name, { type, name, handler, waiting });
  }

  /** Puts an event down for everyone who asked for its type. */
  publish(published: PublishedEvent): void {
    for (const subscription of this.#all.values()) {
      if (subscription.type !== published.event.type) continue;
      const line = subscription.waiting.get(published.sagaId) ?? [];
      subscription.waiting.set(published.sagaId, [...line, published]);
      if (line.length === 0) this.#plan(subscription.name, published.sagaId, this.#now());
    }
  }

  #plan(name: string, sagaId: string, dueAt: number): void {
    this.#agenda.put(dueAt, () => this.#deliver(name, sagaId));
  }

  async #deliver(name: string, sagaId: string): Promise<void> {
    const subscription = this.#all.get(name);
    const [first] = subscription?.waiting.get(sagaId) ?? [];
    if (!subscription || !first) return;
    try {
      await subscription.handler(first);
    } catch (thrown) {
      this.errors.set(name, messageOf(thrown));
      return this.#plan(name, sagaId, this.#now() + RETRY_AFTER_MS);
    }
    // Others may have joined the line while the handler was at work.
    const rest = (subscription.waiting.get(sagaId) ?? []).slice(1);
    subscription.waiting.set(sagaId, rest);
    if (rest.length > 0) this.#plan(name, sagaId, this.#now());
  }
}
