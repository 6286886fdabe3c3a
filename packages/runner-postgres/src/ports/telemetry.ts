import type { AnySaga, Decision, Traceable } from '@countermand/saga-core';
import type { LeasedRow } from './outbox-rows.js';

/** What is counted in the database for gauges. Times are milliseconds. */
export interface Backlog {
  readonly sagas: readonly { readonly saga: string; readonly status: string; readonly count: number }[];
  /** Rows of the outbox that are not settled. */
  readonly outbox: readonly { readonly kind: string; readonly status: string; readonly count: number }[];
  /** Messages that are not decided: `pending`, `early` for a saga that hasn't begun, `stuck`. */
  readonly inbox: readonly { readonly status: string; readonly count: number }[];
  /** How long the step or event that waits longest could have been carried out. */
  readonly outboxLagMs: number;
  /** How long the timer that waits longest has been due. */
  readonly timerLagMs: number;
  /** Transactions since the oldest snapshot that somebody holds; vacuum can't clean up what is newer. */
  readonly oldestXminAge: number;
  /** How long the oldest transaction in this database has been open. */
  readonly oldestTransactionMs: number;
}

/** A call from outside: `start`, `send`, `retry` ... */
export interface TracedCall {
  readonly name: string;
  readonly saga?: string;
  readonly sagaId?: string;
  readonly event?: string;
}

/** A cause that is about to be decided. */
export interface TracedCause {
  readonly saga: AnySaga;
  readonly sagaId: string;
  /** `start`, `event`, `answer`, `timer`, `retry` ... */
  readonly cause: string;
  /** The trace of where it comes from. */
  readonly traceparent: string | null;
  /** Whether it goes on with that trace, or begins one of its own that points there: a timer of days, say. */
  readonly continues: boolean;
}

/** One cause within a batch. */
export interface TransitionTelemetry {
  /** What follows from the cause carries it. */
  readonly traceparent: string | null;
  decided(decision: Decision): void;
  failed(error: unknown): void;
}

/** One transaction that moves sagas. */
export interface BatchTelemetry {
  transition(about: TracedCause): TransitionTelemetry;
  committed(): void;
  /** Nothing of it holds, or nobody knows. */
  failed(error: unknown): void;
}

/** How an attempt of a step, or the delivery of an event, ended. */
export interface AttemptEnd {
  /** `done`, `declined`, `awaiting`, `unknown`, `retry` or `interrupted`. */
  readonly outcome: string;
  readonly error?: string;
  /** Of a decline. */
  readonly code?: string;
}

/** One attempt. */
export interface AttemptTelemetry {
  /** The row with the attempt's own trace, which participants get. */
  readonly row: LeasedRow;
  /** Runs the user's code within the trace. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  ended(end: AttemptEnd): void;
}

/** Hears what a runner does, for traces and metrics. A runner that has none calls nothing. */
export interface Telemetry {
  /** Makes a call; what follows from it carries the trace that it is given. */
  around<Result>(
    about: TracedCall,
    options: Traceable,
    call: (trace: Traceable) => Promise<Result>,
  ): Promise<Result>;
  batch(size: number): BatchTelemetry;
  attempt(row: LeasedRow): AttemptTelemetry;
  /** Reads the backlog whenever metrics are collected, until the function that it returns is called. */
  observe(read: () => Promise<Backlog>): () => void;
}
