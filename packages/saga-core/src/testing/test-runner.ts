import type { Cause, EventCause, StepOutcome } from '../cause.js';
import { begin } from '../decide.js';
import type { Decision, HistoryEntry } from '../decision.js';
import type { Log } from '../effect.js';
import type { JsonObject } from '../json.js';
import { overrideCause } from '../override-cause.js';
import type {
  AdminOptions,
  LateAnswer,
  ObligationView,
  OverrideRequest,
  RetryOptions,
  SagaRunner,
  SagaView,
  SendOptions,
  SendResult,
  StartOptions,
  StartResult,
  UpgradeOptions,
  UpgradeResult,
  WhatNext,
} from '../runner-contract.js';
import type { AnySaga } from '../saga-definition.js';
import { SagaError } from '../saga-error.js';
import { assertSagaId, parseIdempotencyKey } from '../saga-id.js';
import { readTraceparent, type Traceable } from '../traceparent.js';
import { upgradeResultOf, upgradeSaga } from '../upgrade-saga.js';
import { compensationPreview, whatNext } from '../view.js';
import { Mailbox, refusedError } from './mailbox.js';
import { type AdapterCall, SagaWorld } from './saga-world.js';
import {
  canonicalText,
  type PublishedEvent,
  type StoredSaga,
  throughJson,
  viewStored,
} from './stored-saga.js';
import type { PublishedHandler } from './subscriptions.js';

const MOST_STEPS = 100_000;
const DEFAULT_LIMIT_MS = 366 * 24 * 3_600_000;

/** The in-memory runner; made by `createTestRunner`. */
export class TestRunner implements SagaRunner {
  readonly #sagas: readonly AnySaga[];
  readonly #world: SagaWorld;
  readonly #mailbox = new Mailbox();
  readonly #idsByKey = new Map<string, string>();
  #drawn = 0;

  /** @param sagas - of several versions, the newest is started where none is asked for */
  constructor(sagas: readonly AnySaga[], world: ConstructorParameters<typeof SagaWorld>[0]) {
    this.#sagas = sagas;
    this.#world = new SagaWorld(world);
  }

  /** Virtual time, milliseconds since the epoch. */
  get now(): number {
    return this.#world.now;
  }

  start(
    saga: { readonly name: string; readonly version?: number },
    input: unknown,
    options: StartOptions = {},
  ): Promise<StartResult> {
    return promised(() => {
      const definition = this.#definition(saga.name, saga.version);
      const id = this.#idFor(definition, options);
      assertSagaId(id);
      const inputText = canonicalText(input);
      const before = this.#world.sagas.get(id);
      if (before) {
        if (before.definition.name === definition.name && before.inputText === inputText)
          return { id, created: false };
        throw new SagaError('START_CONFLICT', `saga '${id}' exists, started with another type or input`);
      }
      const { now } = this.#world;
      const early = this.#mailbox.of(id);
      const decision = begin(definition, {
        sagaId: id,
        input,
        at: now,
        actor: options.actor ?? 'system',
        early,
      });
      const { envelope } = decision;
      const fresh = { history: [], rows: new Map(), timers: new Map(), published: [], logs: [] };
      const inbox = new Map(
        early.map(({ messageId }) => [messageId, { outcome: 'accepted', duplicate: false } as const]),
      );
      const stored: StoredSaga = {
        definition,
        inputText,
        createdAt: now,
        updatedAt: now,
        envelope,
        inbox,
        ...fresh,
      };
      this.#world.sagas.set(id, stored);
      this.#mailbox.clear(id);
      this.#world.take(stored, decision, traceOf(options));
      return { id, created: true };
    });
  }

  send(
    id: string,
    event: { readonly type: string; readonly [key: string]: unknown },
    options: SendOptions = {},
  ): Promise<SendResult> {
    return promised(() => {
      const messageId = options.messageId ?? this.#draw('message');
      const actor = options.actor ?? 'system';
      // The payload is checked by the event's schema before anything of it is stored.
      const payload = event as JsonObject & { readonly type: string };
      const { note } = options;
      const cause: EventCause = {
        ...{ type: 'event', messageId, event: payload, actor, accepted: false },
        ...(note !== undefined && { note }),
      };
      if (!this.#world.sagas.has(id)) return this.#mailbox.keep(this.#sagas, id, cause, this.#world.now);
      return this.#receive(id, cause, options);
    });
  }

  answer(idempotencyKey: string, answer: LateAnswer, options: Traceable = {}): Promise<SendResult> {
    return promised(() => {
      const parsed = parseIdempotencyKey(idempotencyKey);
      const row = parsed && this.#world.sagas.get(parsed.sagaId)?.rows.get(parsed.key);
      if (!row || (row.status === 'pending' && row.attempts === 0)) {
        throw new SagaError('ANSWER_UNKNOWN', `no step waits for an answer with the key '${idempotencyKey}'`);
      }
      const isOpen = row.status === 'awaiting' || row.status === 'running' || row.status === 'pending';
      if (!isOpen) return { outcome: 'ignored', reason: 'STEP_NOT_IN_FLIGHT', duplicate: true };
      return resultOf(this.#world.answer(row, throughJson(outcomeOf(answer)), traceOf(options)));
    });
  }

  get(id: string): Promise<SagaView | undefined> {
    return promised(() => {
      const stored = this.#world.sagas.get(id);
      return stored && throughJson(viewStored(stored));
    });
  }

  history(id: string): Promise<readonly HistoryEntry[]> {
    return promised(() => {
      return this.#world.stored(id).history;
    });
  }

  retry(id: string, options: RetryOptions): Promise<void> {
    const { actor, step: key, reason } = options;
    return promised(() => {
      const about = { ...(key !== undefined && { key }), ...(reason !== undefined && { reason }) };
      this.#act(id, { type: 'retry', actor, ...about }, options);
    });
  }

  skip(
    id: string,
    options: AdminOptions & { readonly step: string; readonly reason: string },
  ): Promise<void> {
    return promised(() => {
      this.#act(
        id,
        { type: 'skip', actor: options.actor, key: options.step, reason: options.reason },
        options,
      );
    });
  }

  /** Stops a saga by hand; a retry lets it go on. */
  park(id: string, options: AdminOptions & { readonly reason: string }): Promise<void> {
    return promised(() => {
      this.#act(id, { type: 'park', actor: options.actor, reason: options.reason }, options);
    });
  }

  override(id: string, request: OverrideRequest): Promise<SendResult> {
    return promised(() => {
      const { definition, envelope } = this.#world.stored(id);
      const cause = overrideCause(definition, request, request.messageId ?? this.#draw('override'));
      return this.#receive(id, cause, request, () => ({ targets: whatNext(definition, envelope).overrides }));
    });
  }

  upgrade(id: string, { actor, to }: UpgradeOptions): Promise<UpgradeResult> {
    return promised(() => {
      const stored = this.#world.stored(id);
      const target = this.#definition(stored.definition.name, to);
      const cause = { type: 'upgrade', to: target.version, actor } as const;
      const decision = upgradeSaga(target, stored.envelope, cause, this.#world.now, {
        structure: stored.definition.structure,
      });
      if (decision.outcome === 'applied') stored.definition = target;
      if (decision.outcome === 'applied' || decision.outcome === 'deferred')
        this.#world.take(stored, decision);
      return upgradeResultOf(decision);
    });
  }

  whatNext(id: string): Promise<WhatNext> {
    return promised(() => {
      const { definition, envelope } = this.#world.stored(id);
      return throughJson(whatNext(definition, envelope));
    });
  }

  compensationPreview(id: string): Promise<readonly ObligationView[]> {
    return promised(() => {
      const { definition, envelope } = this.#world.stored(id);
      return throughJson(compensationPreview(definition, envelope));
    });
  }

  /** Subscribes to an event that sagas publish, from now on: each at least once, in order per saga. */
  on(type: string, options: { readonly name: string }, handler: PublishedHandler): void {
    this.#world.subscriptions.add(type, options.name, handler);
  }

  /** What the machine of a saga has said by XState's `log` so far. */
  logs(sagaId: string): readonly Pick<Log, 'label' | 'value'>[] {
    return this.#world.stored(sagaId).logs;
  }

  /** What a saga has published so far, in its order. */
  published(sagaId: string): readonly PublishedEvent[] {
    return this.#world.stored(sagaId).published;
  }

  /** Every call of an adapter or a probe so far. */
  calls(): readonly AdapterCall[] {
    return [...this.#world.calls];
  }

  /** Crashes, and goes on: attempts under way are lost with their answers, and begun anew. */
  crash(): void {
    this.#world.crash();
  }

  /** Runs everything that can run without time passing. */
  async settle(): Promise<void> {
    for (let done = 0; await this.#world.work(); done += 1) assertStops(done);
  }

  /** Lets time pass, and everything happen that becomes due meanwhile, each thing at its own time. */
  async advance(ms: number): Promise<void> {
    const until = this.#world.now + ms;
    await this.settle();
    for (let next = this.#nextDueBy(until); next !== undefined; next = this.#nextDueBy(until)) {
      this.#world.now = Math.max(this.#world.now, next);
      await this.settle();
    }
    this.#world.now = until;
    await this.settle();
  }

  /**
   * Lets time pass until something holds; it is looked at after everything that happens.
   *
   * @throws Error when nothing can happen any more, or not within `limitMs` of virtual time (a year by default)
   */
  async runUntil(
    predicate: () => boolean | Promise<boolean>,
    limitMs: number = DEFAULT_LIMIT_MS,
  ): Promise<void> {
    const until = this.#world.now + limitMs;
    for (let done = 0; !(await predicate()); done += 1) {
      assertStops(done);
      if (await this.#world.work()) continue;
      const next = this.#nextDueBy(until);
      if (next === undefined) throw new Error('runUntil: nothing is left that could make it true');
      this.#world.now = Math.max(this.#world.now, next);
    }
  }

  #nextDueBy(until: number): number | undefined {
    const next = this.#world.agenda.nextDueAt();
    return next !== undefined && next <= until ? next : undefined;
  }

  #receive(id: string, cause: EventCause, options: Traceable, details?: () => unknown): SendResult {
    const { inbox } = this.#world.stored(id);
    const before = inbox.get(cause.messageId);
    if (before) return { ...before, duplicate: true };
    const decision = this.#world.apply(id, cause, traceOf(options));
    if (decision.outcome === 'refused') throw refusedError(decision.reason ?? 'EVENT_INVALID', details?.());
    const result = resultOf(decision);
    inbox.set(cause.messageId, result);
    return result;
  }

  #act(id: string, cause: Cause, options: Traceable): void {
    const decision = this.#world.apply(id, cause, traceOf(options));
    if (decision.outcome === 'refused') throw refusedError(decision.reason ?? 'NOT_PARKED');
  }

  #definition(name: string, version?: number): AnySaga {
    const versions = this.#sagas.filter(
      (saga) => saga.name === name && (version === undefined || saga.version === version),
    );
    const newest = versions.reduce<AnySaga | undefined>(
      (best, saga) => (best && best.version > saga.version ? best : saga),
      undefined,
    );
    if (!newest) throw new SagaError('SAGA_UNKNOWN', `no saga '${name}' is registered here`);
    return newest;
  }

  #idFor(saga: AnySaga, { id, idempotencyKey }: StartOptions): string {
    if (idempotencyKey === undefined) return id ?? this.#draw(saga.name);
    const key = `${saga.name} ${idempotencyKey}`;
    const known = this.#idsByKey.get(key) ?? id ?? this.#draw(saga.name);
    this.#idsByKey.set(key, known);
    return known;
  }

  #draw(name: string): string {
    this.#drawn += 1;
    return `${name}-${this.#drawn}`;
  }
}

function traceOf({ traceparent }: Traceable): string | undefined {
  return readTraceparent(traceparent) ?? undefined;
}

/** At once, and as a promise: what the work throws is its rejection. */
function promised<Result>(work: () => Result): Promise<Result> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

function outcomeOf(answer: LateAnswer): StepOutcome {
  if ('output' in answer) return { kind: 'done', output: answer.output };
  if ('failed' in answer) return { kind: 'unknown', message: answer.failed };
  const { declined: code, details } = answer;
  return { kind: 'declined', code, ...(details !== undefined && { details }) };
}

function resultOf({ outcome, reason }: Decision): SendResult {
  const known = outcome === 'refused' ? 'ignored' : outcome;
  return { outcome: known, ...(reason !== undefined && { reason }), duplicate: false };
}

function assertStops(done: number): void {
  if (done > MOST_STEPS)
    throw new Error(`the sagas don't come to a stop after ${MOST_STEPS} things that happened`);
}
