import type { Routes } from '@countermand/step-messages';

/** What is consumed, and what it means. */
export interface ConsumeOptions {
  /** A durable queue, declared when it isn't there; processes that name the same share the work. */
  readonly queue: string;
  /** Routing keys of the exchange, `stock.*` and the like, by which messages get into the queue. */
  readonly bindings: readonly string[];
  /** What the messages mean, by their type. */
  readonly routes: Routes;
  /** Where messages go that can never be taken, a durable queue. Default: the queue's name with `.dead-letters`. */
  readonly deadLetterQueue?: string;
  /** How many messages are in hand at once. Default 100. */
  readonly prefetch?: number;
}
