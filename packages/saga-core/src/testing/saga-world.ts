import { type ErasedAdapter, normalizeAdapter } from '../adapter.js';
import type { Cause, StepOutcome } from '../cause.js';
import { decide } from '../decide.js';
import type { Decision } from '../decision.js';
import type { Effect, RunStep } from '../effect.js';
import { retryDelayMs } from '../retry-policy.js';
import type { AnySaga } from '../saga-definition.js';
import { SagaError } from '../saga-error.js';
import { deadlineMsOf, type StepContract } from '../step.js';
import { Agenda } from './agenda.js';
import { type AttemptEnd, type AttemptTools, runAttempt, runLastProbe } from './run-attempt.js';
import { type StepRow, type StoredSaga, throughJson } from './stored-saga.js';
import { Subscriptions } from './subscriptions.js';

/** A call of an adapter or a probe. */
export interface AdapterCall {
  readonly kind: 'run' | 'probe';
  readonly step: string;
  readonly sagaId: string;
  readonly idempotencyKey: string;
  /** The attempt of the step, from 1. */
  readonly attempt: number;
  readonly input: unknown;
  /** Virtual time. */
  readonly at: number;
}

/** What a {@link SagaWorld} is made of. */
export interface WorldOptions {
  readonly sagas: readonly AnySaga[];
  readonly adapters: Readonly<Record<string, unknown>>;
  readonly startAt: number;
  readonly latencyMs: (call: AdapterCall) => number;
  readonly held: (() => number) | undefined;
}

const HELD_TURNS = 10_000;

/**
 * The sagas of a test with their rows, and the virtual time in which they happen: what a database, a queue and
 * workers are elsewhere. Carries out what decisions ask for, and turns what comes of it into causes.
 */
export class SagaWorld {
  readonly agenda = new Agenda();
  readonly sagas = new Map<string, StoredSaga>();
  readonly calls: AdapterCall[] = [];
  readonly subscriptions: Subscriptions;
  now: number;
  readonly #options: WorldOptions;
  #inFlight = 0;
  /** Which process it is: what a crashed one had begun doesn't count any more. */
  #process = {};

  constructor(options: WorldOptions) {
    this.#options = options;
    this.now = options.startAt;
    this.subscriptions = new Subscriptions(this.agenda, () => this.now);
  }

  /** Decides a cause and carries out what follows. What is refused leaves no trace. */
  apply(sagaId: string, cause: Cause, traceparent?: string): Decision {
    const stored = this.stored(sagaId);
    const decision = decide(stored.definition, stored.envelope, cause, this.now);
    if (decision.outcome !== 'refused') this.take(stored, decision, traceparent);
    return decision;
  }

  /** Stores a decision and carries its effects out; they carry the trace of what caused them. */
  take(stored: StoredSaga, decision: Decision, traceparent?: string): void {
    stored.envelope = throughJson(decision.envelope);
    stored.history = [...stored.history, ...throughJson(decision.history)];
    stored.updatedAt = this.now;
    for (const effect of decision.effects) this.#carry(stored, throughJson(effect), traceparent);
  }

  /** @throws SagaError `SAGA_NOT_FOUND` */
  stored(sagaId: string): StoredSaga {
    const stored = this.sagas.get(sagaId);
    if (!stored) throw new SagaError('SAGA_NOT_FOUND', `no saga '${sagaId}'`);
    return stored;
  }

  /** Settles a row, or lets it wait for its answer, and gives the answer to its saga. */
  answer(row: StepRow, outcome: StepOutcome, traceparent = row.traceparent): Decision {
    row.cancelPlan();
    row.lease = undefined;
    const neverRan = outcome.kind === 'unknown' && row.attempts === 0;
    row.status = neverRan ? 'cancelled' : outcome.kind;
    if (outcome.kind === 'unknown') row.error = outcome.message;
    if (outcome.kind === 'awaiting') {
      this.#plan(row, row.deadlineAt, () => this.#runOut(row, 'no answer came before the deadline'));
    }
    const { id, visit, attempts } = row;
    return this.apply(row.sagaId, { type: 'answer', id, visit, outcome, attempts }, traceparent);
  }

  /** Does the next thing that is due by now; false when nothing is. */
  async work(): Promise<boolean> {
    await this.#untilIdle();
    const next = this.agenda.take(this.now);
    if (!next) return false;
    await next();
    await this.#untilIdle();
    return true;
  }

  /** Attempts under way are lost with their answers, and begun anew; everything that is stored stays. */
  crash(): void {
    this.#process = {};
    this.#inFlight = 0;
    for (const { rows } of this.sagas.values()) {
      for (const row of rows.values()) {
        if (row.status !== 'running') continue;
        row.lease = undefined;
        row.status = 'pending';
        this.#plan(row, this.now, () => this.#attempt(row));
      }
    }
  }

  #carry(stored: StoredSaga, effect: Effect, traceparent: string | undefined): void {
    switch (effect.type) {
      case 'runStep':
        return this.#dispatch(stored, effect, traceparent);
      case 'armTimer':
        return this.#arm(stored, effect, traceparent);
      case 'cancelTimer':
        stored.timers.get(effect.key)?.();
        stored.timers.delete(effect.key);
        return;
      case 'publish':
        return this.#publish(stored, effect, traceparent);
      case 'log':
        stored.logs.push({ label: effect.label, value: effect.value });
        return;
      case 'renameStep': {
        const row = stored.rows.get(effect.key);
        if (row) Object.assign(row, { step: effect.step });
        return;
      }
      default: {
        const row = stored.rows.get(effect.key);
        if (row) this.#change(stored, row, effect);
      }
    }
  }

  #dispatch(stored: StoredSaga, { type: _type, ...asked }: RunStep, traceparent: string | undefined): void {
    const deadlineAt = this.now + deadlineMsOf(this.#contract(stored.definition, asked.step), asked.role);
    const row: StepRow = {
      ...asked,
      sagaId: stored.envelope.sagaId,
      status: 'pending',
      attempts: 0,
      begun: false,
      left: false,
      error: undefined,
      deadlineAt,
      traceparent,
      lease: undefined,
      cancelPlan: () => undefined,
    };
    stored.rows.set(row.key, row);
    this.#plan(row, this.now, () => this.#attempt(row));
  }

  #change(
    stored: StoredSaga,
    row: StepRow,
    effect: Extract<Effect, { type: 'rerunStep' | 'leaveStep' | 'parkStep' | 'cancelStep' }>,
  ): void {
    if (effect.type === 'leaveStep') {
      row.left = true;
      // It needs no attempt any more. One in flight goes on, and one that waits for its answer waits on.
      if (row.status === 'pending' || row.status === 'parked') {
        this.#plan(row, this.now, () => void this.answer(row, { kind: 'unknown', message: 'left' }));
      }
      return;
    }
    row.cancelPlan();
    row.lease = undefined;
    if (effect.type === 'cancelStep') row.status = 'cancelled';
    if (effect.type === 'parkStep') Object.assign(row, { status: 'parked', error: effect.error });
    if (effect.type !== 'rerunStep') return;
    const deadlineAt = this.now + deadlineMsOf(this.#contract(stored.definition, row.step), row.role);
    Object.assign(row, { status: 'pending', attempts: 0, error: undefined, deadlineAt });
    this.#plan(row, this.now, () => this.#attempt(row));
  }

  #arm(
    stored: StoredSaga,
    { key, id, visit, dueAt }: Extract<Effect, { type: 'armTimer' }>,
    traceparent: string | undefined,
  ): void {
    const fire = () => {
      stored.timers.delete(key);
      this.apply(stored.envelope.sagaId, { type: 'timer', id, visit }, traceparent);
    };
    stored.timers.set(key, this.agenda.put(dueAt, fire));
  }

  #publish(
    stored: StoredSaga,
    { sequence, event }: Extract<Effect, { type: 'publish' }>,
    traceparent: string | undefined,
  ): void {
    const { sagaId } = stored.envelope;
    const published = { sagaId, sequence, event, ...(traceparent !== undefined && { traceparent }) };
    stored.published.push(published);
    this.subscriptions.publish(published);
  }

  #plan(row: StepRow, dueAt: number, work: () => Promise<void> | void): void {
    row.cancelPlan();
    row.cancelPlan = this.agenda.put(dueAt, work);
  }

  async #attempt(row: StepRow): Promise<void> {
    if (this.now >= row.deadlineAt) return await this.#runOut(row, row.error ?? 'the deadline is over');
    const lease = {};
    row.lease = lease;
    row.status = 'running';
    row.attempts += 1;
    const abort = new AbortController();
    const tools = this.#tools(row, abort.signal, () => {
      if (row.lease === lease) this.#plan(row, this.now + tools.contract.timeoutMs, timeOut);
    });
    const timeOut = () => {
      abort.abort();
      return this.#fail(row, `timed out after ${tools.contract.timeoutMs} ms`);
    };
    this.#plan(row, this.now + tools.contract.timeoutMs, timeOut);
    const readyAt = this.now + this.#options.latencyMs(this.#callOf(row, 'run'));
    row.begun = true;
    await this.#inTurn(runAttempt(row, tools), (end) => {
      this.agenda.put(readyAt, () => this.#end(row, lease, end));
    });
  }

  /** Waits for the user's code, unless a test holds it: then goes on without, until it is let go. */
  async #inTurn<Result>(work: Promise<Result>, then: (result: Result) => void): Promise<void> {
    this.#inFlight += 1;
    const before = this.#process;
    const done = work.then((result) => {
      if (this.#process !== before) return;
      this.#inFlight -= 1;
      then(result);
    });
    if (this.#options.held === undefined) await done;
    else await this.#untilIdle();
  }

  async #untilIdle(): Promise<void> {
    const held = this.#options.held ?? (() => 0);
    for (let turn = 0; this.#inFlight > held() && turn < HELD_TURNS; turn += 1) await Promise.resolve();
  }

  #end(row: StepRow, lease: object, end: AttemptEnd): Promise<void> | void {
    if (row.lease !== lease) return;
    if (end.kind === 'failed') return this.#fail(row, end.message);
    this.answer(row, end);
  }

  async #fail(row: StepRow, message: string): Promise<void> {
    row.lease = undefined;
    row.error = message;
    const { retry } = this.#contractOf(row);
    if (row.left) return void this.answer(row, { kind: 'unknown', message });
    if (row.attempts >= retry.attempts) return await this.#runOut(row, message);
    row.status = 'pending';
    // Without chance: each wait is the longest that the policy allows.
    const dueAt = Math.min(this.now + retryDelayMs(retry, row.attempts, 1), row.deadlineAt);
    this.#plan(row, dueAt, () => this.#attempt(row));
  }

  /** No attempts or no time left: the probe, where there is one, has the last word. */
  async #runOut(row: StepRow, message: string): Promise<void> {
    row.cancelPlan();
    const lease = {};
    row.lease = lease;
    const tools = this.#tools(row, new AbortController().signal, () => undefined);
    const last = row.left
      ? Promise.resolve({ kind: 'unknown' as const, message })
      : runLastProbe(row, message, tools);
    await this.#inTurn(last, (outcome) => {
      if (row.lease === lease) this.answer(row, outcome);
    });
  }

  #tools(row: StepRow, signal: AbortSignal, heartbeat: () => void): AttemptTools {
    const adapter = this.#adapterOf(row.step);
    const note = (kind: 'run' | 'probe') => void this.calls.push(this.#callOf(row, kind));
    return { adapter, contract: this.#contractOf(row), wasBegun: row.begun, signal, heartbeat, note };
  }

  #callOf(row: StepRow, kind: 'run' | 'probe'): AdapterCall {
    const { step, sagaId, idempotencyKey, attempts: attempt, input } = row;
    return { kind, step, sagaId, idempotencyKey, attempt, input, at: this.now };
  }

  #contractOf(row: StepRow): StepContract {
    return this.#contract(this.stored(row.sagaId).definition, row.step);
  }

  #contract(saga: AnySaga, step: string): StepContract {
    const contract = saga.steps[step];
    if (!contract) throw new SagaError('STEP_NOT_FOUND', `'${step}' is not a step of saga '${saga.name}'`);
    return contract;
  }

  #adapterOf(step: string): ErasedAdapter {
    const adapter = normalizeAdapter(this.#options.adapters[step]);
    if (!adapter) throw new SagaError('ADAPTER_MISSING', `step '${step}' has no adapter`);
    return adapter;
  }
}
