import type { Decision, Traceable } from '@countermand/saga-core';
import {
  type Attributes,
  context,
  type Meter,
  type MeterProvider,
  metrics,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { LeasedRow } from '../ports/outbox-rows.js';
import type {
  AttemptEnd,
  AttemptTelemetry,
  Backlog,
  BatchTelemetry,
  Telemetry,
  TracedCall,
  TracedCause,
  TransitionTelemetry,
} from '../ports/telemetry.js';
import { observeBacklog, sagaInstruments } from './saga-instruments.js';
import { fail, startAttempt, startTransition } from './saga-spans.js';
import { contextOf, traceparentOf } from './trace-context.js';

const NAME = '@countermand/runner-postgres';
/** How often it is asked whether an SDK has been registered. */
const LOOK_AGAIN_MS = 1_000;

/** What {@link openTelemetry} takes. */
export interface OpenTelemetryOptions {
  /** Whose spans; by default the one that is registered globally. */
  readonly tracerProvider?: TracerProvider;
  /** Whose metrics; by default the one that is registered globally. */
  readonly meterProvider?: MeterProvider;
  /**
   * Whether this process shows what is in the database: sagas by status, parked ones, lag. All processes show the
   * same, so that one of them may be enough where the tables are large. Default `true`.
   */
  readonly databaseMetrics?: boolean;
}

/**
 * Traces and metrics through the OpenTelemetry API, for `createRunner({ telemetry: openTelemetry() })`. Without an SDK
 * that is registered nothing is recorded, and a `traceparent` that comes in still goes through to participants.
 *
 * A saga isn't one trace: a first attempt goes on with the trace of what caused it, retries and timers begin their own,
 * with a link to it.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  return new OpenTelemetry(options);
}

class OpenTelemetry implements Telemetry {
  readonly #options: OpenTelemetryOptions;
  #meter: Meter | undefined;
  #instruments: Instruments | undefined;
  #tracer: Tracer | undefined;
  #lookAgainAt = 0;

  constructor(options: OpenTelemetryOptions) {
    this.#options = options;
  }

  /** Asked for when the first call comes: an SDK may be registered after the runner is made. */
  get #metered(): Instruments {
    this.#meter ??= (this.#options.meterProvider ?? metrics).getMeter(NAME);
    this.#instruments ??= sagaInstruments(this.#meter);
    return this.#instruments;
  }

  /** `undefined` as long as nobody makes spans: then all that they need is left out, for it isn't free. */
  get #traced(): Tracer | undefined {
    if (this.#tracer || performance.now() < this.#lookAgainAt) return this.#tracer;
    this.#lookAgainAt = performance.now() + LOOK_AGAIN_MS;
    const tracer = (this.#options.tracerProvider ?? trace).getTracer(NAME);
    const span = tracer.startSpan('is anybody there', { root: true }, ROOT_CONTEXT);
    if (traceparentOf(span) !== undefined) this.#tracer = tracer;
    return this.#tracer;
  }

  async around<Result>(
    { name, saga, sagaId, event }: TracedCall,
    options: Traceable,
    call: (trace: Traceable) => Promise<Result>,
  ): Promise<Result> {
    const tracer = this.#traced;
    if (!tracer)
      return await call(options.traceparent === undefined ? {} : { traceparent: options.traceparent });
    const attributes: Attributes = {
      ...(saga !== undefined && { 'countermand.saga.name': saga }),
      ...(sagaId !== undefined && { 'countermand.saga.id': sagaId }),
      ...(event !== undefined && { 'countermand.event': event }),
    };
    const above = contextOf(options.traceparent);
    const span = tracer.startSpan(name, { attributes }, above);
    const traceparent = traceparentOf(span) ?? options.traceparent;
    try {
      const carried = traceparent === undefined ? {} : { traceparent };
      return await context.with(trace.setSpan(above, span), () => call(carried));
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  batch(size: number): BatchTelemetry {
    const tracer = this.#traced;
    const instruments = this.#metered;
    const startedAt = performance.now();
    const transitions: Transition[] = [];
    const ended = (outcome: string) => {
      instruments.batchSize.record(size);
      instruments.commitDuration.record((performance.now() - startedAt) / 1_000, { outcome });
    };
    return {
      transition: (about) => {
        const transition = new Transition(tracer, about);
        transitions.push(transition);
        return transition;
      },
      committed: () => {
        ended('committed');
        for (const transition of transitions) transition.end(instruments);
      },
      failed: (error) => {
        ended('failed');
        for (const transition of transitions) {
          transition.failed(error);
          transition.end();
        }
      },
    };
  }

  attempt(row: LeasedRow): AttemptTelemetry {
    return new Attempt(row, this.#traced, this.#metered);
  }

  observe(read: () => Promise<Backlog>): () => void {
    const { databaseMetrics = true } = this.#options;
    this.#meter ??= (this.#options.meterProvider ?? metrics).getMeter(NAME);
    return databaseMetrics ? observeBacklog(this.#meter, read) : () => undefined;
  }
}

type Instruments = ReturnType<typeof sagaInstruments>;

class Transition implements TransitionTelemetry {
  readonly traceparent: string | null;
  readonly #span: Span | undefined;
  readonly #about: TracedCause;
  #outcome = 'failed';

  constructor(tracer: Tracer | undefined, about: TracedCause) {
    this.#about = about;
    this.#span = tracer && startTransition(tracer, about);
    this.traceparent = traceparentOf(this.#span) ?? about.traceparent;
  }

  decided({ outcome, reason, history, envelope }: Decision): void {
    this.#outcome = outcome;
    if (!this.#span) return;
    const [first] = history;
    if (first) this.#span.updateName(`${this.#about.saga.name} ${first.event}`);
    this.#span.setAttributes({
      'countermand.outcome': outcome,
      'countermand.state': textOf(envelope.snapshot.value),
      ...(first && { 'countermand.event': first.event }),
      ...(reason !== undefined && { 'countermand.reason': reason }),
    });
  }

  failed(error: unknown): void {
    this.#outcome = 'failed';
    if (this.#span) fail(this.#span, error);
  }

  end(instruments?: Instruments): void {
    this.#span?.end();
    const { saga, cause } = this.#about;
    instruments?.transitions.add(1, { saga: saga.name, cause, outcome: this.#outcome });
  }
}

class Attempt implements AttemptTelemetry {
  readonly row: LeasedRow;
  readonly #span: Span | undefined;
  readonly #instruments: Instruments;
  readonly #startedAt = performance.now();

  constructor(row: LeasedRow, tracer: Tracer | undefined, instruments: Instruments) {
    this.#instruments = instruments;
    this.#span = tracer && startAttempt(tracer, row);
    this.row = this.#span ? { ...row, traceparent: traceparentOf(this.#span) ?? row.traceparent } : row;
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.#span) return work();
    // From the root: the attempt may be begun by whatever request's commit it was that asked for it.
    return context.with(trace.setSpan(ROOT_CONTEXT, this.#span), work);
  }

  ended({ outcome, error, code }: AttemptEnd): void {
    const span = this.#span;
    span?.setAttribute('countermand.outcome', outcome);
    if (code !== undefined) span?.setAttribute('countermand.decline.code', code);
    if (error !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span?.end();
    const { saga, step, role, kind, id } = this.row;
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    if (kind === 'publish') {
      const about = { event: step ?? '', subscription: id, outcome };
      return this.#instruments.deliveryDuration.record(seconds, about);
    }
    const about = { saga, step: step ?? '', role: role ?? '' };
    this.#instruments.stepDuration.record(seconds, { ...about, outcome });
    if (outcome === 'retry') this.#instruments.stepRetries.add(1, about);
  }
}

function textOf(state: unknown): string {
  return typeof state === 'string' ? state : JSON.stringify(state);
}
