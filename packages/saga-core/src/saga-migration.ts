import type { JsonObject } from './json.js';

/** What a migration's functions may look at. */
export interface MigratedSaga {
  readonly sagaId: string;
  /** The paths of the active leaves before the migration, `PAYING.authorizing`. */
  readonly states: readonly string[];
}

/**
 * Says how a saga of version N becomes one of version N + 1. Everything that isn't named stays as it is; `{}` says
 * that nothing has to be mapped. Pure: several processes may try it, and only one is kept.
 *
 * What comes out is held against the machine before it is stored: a saga never lands in a state that doesn't exist,
 * waits for a timer that was never armed, or has a step in flight whose answer nobody takes.
 */
export interface SagaMigration {
  /** Where a state went: `'PAYING'`, `'PAYING.authorizing'` to a path of the new machine; what is below goes along. */
  readonly states?: Readonly<Record<string, string>>;
  /** The new context. */
  readonly context?: (context: JsonObject, saga: MigratedSaga) => JsonObject;
  /** Steps that have another name: contract names, old to new. What is in flight keeps its idempotency key. */
  readonly steps?: Readonly<Record<string, string>>;
  /** Invokes and spawned children that have another id. Ids that XState makes from the state follow `states`. */
  readonly invokes?: Readonly<Record<string, string>>;
  /** Kinds of obligation, old to new. */
  readonly obligations?: Readonly<Record<string, string>>;
  /** Ids of timers, old to new, or `null` to cancel. Due times stay. Those of `after` follow `states`. */
  readonly timers?: Readonly<Record<string, string | null>>;
  /** Types of public events that wait, old to new. */
  readonly events?: Readonly<Record<string, string>>;
  /**
   * Delays that the new machine's states have and the old ones hadn't: state path, name of the delay, and how many
   * milliseconds from the upgrade on. Armed where that state is active.
   */
  readonly arm?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Migrations by the version that they start from. */
export type SagaMigrations = Readonly<Record<number, SagaMigration>>;
