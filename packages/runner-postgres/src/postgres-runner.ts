import type {
  AdminOptions,
  AnySaga,
  EmittedOf,
  HistoryEntry,
  PublicEventOf,
  SagaInput,
  SagaRunner,
  SagaView,
  SendOptions,
  SendResult,
  StartOptions,
  StartResult,
} from '@countermand/saga-core';
import type { Changes } from './changes.js';
import type { CallerTransaction } from './db/caller-transaction.js';
import type { EventHandler } from './deliver-event.js';
import type { DiffOptions, VersionDiff } from './diff-versions.js';
import type { Inspection } from './inspection.js';
import type { ListOptions, SagaPage } from './list-sagas.js';
import type { UpgradeAllOptions, UpgradeReport } from './upgrade-all.js';
import type { WaitOptions } from './wait-for.js';

/** Lets a call take part in a transaction of the caller's. */
export interface InTransaction {
  /**
   * A transaction of Kysely, Drizzle (node-postgres), Knex (pg) or Prisma, or a `pg` client that has said `BEGIN`. What
   * is written commits and rolls back with it.
   *
   * The first call of a runner connects beside it: await `ready()` when the process begins, or a pool of which such
   * transactions hold every connection has none left for that (`OVERLOADED`).
   */
  readonly tx?: CallerTransaction;
}

/** What `stop` takes. */
export interface StopOptions {
  /** How long attempts in flight may go on; 10 seconds by default. What isn't done then is handed back. */
  readonly graceMs?: number;
}

/** An event of which the compiler knows nothing. */
export interface AnyEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** The public events of a runner's sagas; any event where the compiler doesn't know the sagas. */
export type SendableEvent<S extends AnySaga> = string extends PublicEventOf<S>['type']
  ? AnyEvent
  : PublicEventOf<S>;

/** The types of what a runner's sagas publish; any text where the compiler doesn't know. */
export type PublishedType<S extends AnySaga> = [S] extends [never]
  ? string
  : EmittedOf<S> extends infer Emitted
    ? Emitted extends { readonly type: infer Type extends string }
      ? Type
      : string
    : string;

/** Runs sagas on PostgreSQL. `Event` is what may be sent to them, `Published` the types of what they publish. */
export interface PostgresRunner<
  Event extends { readonly type: string } = AnyEvent,
  Published extends string = string,
> extends SagaRunner {
  /**
   * Starts a saga. With `tx` it is decided and written there, and begins to run when that commits; another start of
   * the same id waits for it meanwhile, nothing else does.
   *
   * @throws SagaError `INPUT_INVALID`, `SAGA_UNKNOWN`, `SAGA_ID_INVALID`, `START_CONFLICT`, `DECIDE_FAILED`
   */
  start<One extends AnySaga>(
    saga: One,
    input: SagaInput<One>,
    options?: StartOptions & InTransaction,
  ): Promise<StartResult>;
  /**
   * Sends a public event. With `tx` it is only put into the inbox there, and decided after the commit: the outcome
   * is `accepted`, and the history tells what became of it.
   *
   * @throws SagaError `EVENT_NOT_DECLARED`, `EVENT_INVALID`, `SAGA_NOT_FOUND`, `MAILBOX_FULL`
   */
  send(id: string, event: Event, options?: SendOptions & InTransaction): Promise<SendResult>;
  /** Sagas, newest first, a page at a time. @throws SagaError `SETTING_INVALID`, `NOT_JSON` */
  list(options?: ListOptions): Promise<SagaPage>;
  /** Events in order of `seq`; a page of them where `limit` is given. */
  history(
    id: string,
    page?: { readonly after?: number; readonly limit?: number },
  ): Promise<readonly HistoryEntry[]>;
  /**
   * Waits until the predicate holds for the saga, whichever process moves it.
   *
   * @throws SagaError `WAIT_TIMED_OUT`, `SAGA_NOT_FOUND`; the signal's reason when that is aborted
   */
  waitFor(id: string, predicate: (view: SagaView) => boolean, options?: WaitOptions): Promise<SagaView>;
  /**
   * Stops a saga until a person resumes it by `retry`.
   *
   * @throws SagaError `SAGA_NOT_FOUND`
   */
  park(id: string, options: AdminOptions & { readonly reason: string }): Promise<void>;
  /**
   * Moves every saga of this name that is of another version, and that can: those that can't for now go on in their
   * own, and those whose migration fails are parked. May be interrupted and begun again, and run in several processes.
   *
   * @throws SagaError `SAGA_UNKNOWN`
   */
  upgradeAll(saga: { readonly name: string }, options: UpgradeAllOptions): Promise<UpgradeReport>;
  /**
   * Says of every stored saga of this name whether it is of this version, can move to it, needs a mapping or is unsafe
   * to move, and why. Changes nothing. Without a version: the newest that the runner knows.
   *
   * @throws SagaError `SAGA_UNKNOWN`
   */
  diff(
    saga: { readonly name: string; readonly version?: number },
    options?: DiffOptions,
  ): Promise<VersionDiff>;
  /**
   * Subscribes to a published event, durably: from now on each one is delivered at least once, in order per saga,
   * to one of the processes that subscribe under this name and work. A handler that throws gets the event again.
   *
   * @param eventType - as the machine emits it
   * @param options - `name` identifies the subscription in all processes, for ever
   * @throws SagaError `SETTING_INVALID` for a name that can't be one, or that has another handler for this type here
   */
  on(eventType: Published, options: { readonly name: string }, handler: EventHandler): Promise<void>;
  /**
   * Begins to work in this process: to carry out the steps that have adapters here, to fire timers, to deliver
   * events. Without it a runner starts sagas, sends and reads, and leaves the work to other processes.
   *
   * @throws SagaError `SCHEMA_OUTDATED`, `FINGERPRINT_MISMATCH`
   */
  work(): Promise<void>;
  /** Whether this process works. */
  readonly isWorking: boolean;
  /** Creates the tables, or brings them up to date. Safe in many processes at once; workers never do it. */
  migrate(): Promise<void>;
  /** Connects and checks the tables and definitions, as the first call of anything else does. */
  ready(): Promise<void>;
  /** Looks at many sagas at once, and closely at one: what a console shows. */
  readonly inspect: Inspection;
  /** Tells which sagas this process has moved, after each commit. */
  readonly changes: Pick<Changes, 'subscribe'>;
  /** Ends in good order. What is in flight may finish; nothing is lost either way. */
  stop(options?: StopOptions): Promise<void>;
}
