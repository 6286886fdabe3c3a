import {
  type AdminCause,
  type AdminOptions,
  type AnySaga,
  assertJson,
  assertSagaId,
  type HistoryEntry,
  isSagaId,
  type LateAnswer,
  type ObligationView,
  type OverrideRequest,
  parseIdempotencyKey,
  type RetryOptions,
  readTraceparent,
  SagaError,
  type SagaView,
  type SendOptions,
  type SendResult,
  type StartOptions,
  type StartResult,
  type Traceable,
  type UpgradeOptions,
  type UpgradeResult,
  type WhatNext,
} from '@countermand/saga-core';
import { besideTransaction } from './beside-transaction.js';
import { acceptMessage } from './db/accept-message.js';
import { callerSession } from './db/caller-transaction.js';
import type { Database } from './db/database.js';
import type { Listener } from './db/listener.js';
import { addSubscriptions } from './db/publish-order.js';
import type { EventHandler } from './deliver-event.js';
import type { DiffOptions, VersionDiff } from './diff-versions.js';
import type { Engine } from './engine.js';
import { lateOutcome } from './late-outcome.js';
import type { ListOptions, SagaPage } from './list-sagas.js';
import type { MoveItem, MoveResult, StartItem } from './move-item.js';
import { INBOX_NOTICE } from './move-sagas.js';
import { assertMessageId, plainEvent } from './plain-event.js';
import type { Chance } from './ports/chance.js';
import { type Clock, pause } from './ports/clock.js';
import type { Store } from './ports/store.js';
import type { Telemetry } from './ports/telemetry.js';
import type { InTransaction, PostgresRunner, StopOptions } from './postgres-runner.js';
import type { PgBossQueue } from './queue/pg-boss-queue.js';
import { hashInput, sagaIdFor } from './saga-id-for.js';
import { SagaInspection } from './saga-inspection.js';
import { SagaReads } from './saga-reads.js';
import { type SagaRegistry, subscriptionQueue } from './saga-registry.js';
import { SagaUpgrades } from './saga-upgrades.js';
import { startInTransaction } from './start-in-transaction.js';
import { unexpectedResult } from './unexpected-result.js';
import type { UpgradeAllOptions, UpgradeReport } from './upgrade-all.js';
import type { WaitOptions } from './wait-for.js';

const DEFAULT_GRACE_MS = 10_000;
const SUBSCRIPTION = /^[A-Za-z][A-Za-z0-9_-]{0,59}$/;

/** What a {@link Runner} is made of. */
export interface RunnerParts {
  readonly database: Database;
  readonly queue: PgBossQueue;
  readonly store: Store;
  readonly engine: Engine;
  readonly listener: Listener;
  readonly registry: SagaRegistry;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly telemetry?: Telemetry | undefined;
  readonly migrate: () => Promise<void>;
  /** Connects; tried again by the next call when it fails. */
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The runner's public side: checks what it is given, and turns it into items for the engine. */
export class Runner implements PostgresRunner {
  readonly #parts: RunnerParts;
  readonly #reads: SagaReads;
  readonly #upgrades: SagaUpgrades;
  readonly inspect: SagaInspection;
  #opening: Promise<void> | undefined;
  #isOpen = false;
  #stopping: Promise<void> | undefined;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#reads = new SagaReads(parts, () => this.ready());
    this.inspect = new SagaInspection(parts, this.#reads, () => this.ready());
    this.#upgrades = new SagaUpgrades(parts, this.#reads, (item) => parts.engine.submit(item));
  }

  get changes(): Engine['changes'] {
    return this.#parts.engine.changes;
  }

  get isWorking(): boolean {
    return this.#parts.engine.isWorking;
  }

  migrate(): Promise<void> {
    return this.#parts.migrate();
  }

  async ready(): Promise<void> {
    if (this.#stopping) throw stoppedError();
    this.#opening ??= this.#parts.open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    await this.#opening;
    this.#isOpen = true;
  }

  /** A call within a transaction holds a connection already. */
  async #readyFor({ tx }: InTransaction): Promise<void> {
    if (tx === undefined || (this.#isOpen && !this.#stopping)) return await this.ready();
    await besideTransaction(this.#parts.database, this.ready());
  }

  async work(): Promise<void> {
    await this.ready();
    if (this.#stopping) throw stoppedError();
    if (this.isWorking) return;
    this.#parts.engine.work();
    this.#parts.listener.start();
  }

  async start(
    saga: { readonly name: string; readonly version?: number },
    input: unknown,
    options: StartOptions & InTransaction = {},
  ): Promise<StartResult> {
    const item = this.#startItem(saga, input, options);
    await this.#readyFor(options);
    const result = await (options.tx === undefined
      ? this.#parts.engine.submit(item)
      : startInTransaction(options.tx, item, this.#parts));
    if (result.kind !== 'started') throw unexpectedResult(result);
    return result.result;
  }

  async send(
    id: string,
    event: { readonly type: string; readonly [key: string]: unknown },
    options: SendOptions & InTransaction = {},
  ): Promise<SendResult> {
    const { chance, engine, database, registry } = this.#parts;
    assertSagaId(id);
    const plain = plainEvent(event, registry);
    const { messageId = chance.uuid(), actor = 'system', note, tx } = options;
    assertMessageId(messageId);
    assertJson(actor, 'actor');
    assertJson(note ?? null, 'note');
    const traceparent = readTraceparent(options.traceparent);
    const message = { sagaId: id, messageId, nonce: chance.uuid(), event: plain, actor, traceparent };
    await this.#readyFor(options);
    const why = note === undefined ? undefined : { note };
    if (tx === undefined) return sentOf(await engine.submit({ kind: 'send', ...message, ...why }));
    const session = await callerSession(tx);
    const isNew = await acceptMessage(session, database.names, message, INBOX_NOTICE);
    return { outcome: 'accepted', duplicate: !isNew };
  }

  async answer(idempotencyKey: string, answer: LateAnswer, options: Traceable = {}): Promise<SendResult> {
    const named = parseIdempotencyKey(idempotencyKey);
    if (!named) throw new SagaError('ANSWER_UNKNOWN', `'${idempotencyKey}' is no idempotency key of a step`);
    const outcome = lateOutcome(answer);
    await this.ready();
    const { sagaId, key } = named;
    // A webhook may be faster than the answer that announces it: the row is still leased then.
    const from = ['awaiting', 'leased', 'pending'] as const;
    const traceparent = readTraceparent(options.traceparent);
    const item: MoveItem = {
      ...{ kind: 'answer', sagaId, key, from, lease: null, outcome, late: true },
      traceparent,
    };
    return sentOf(await this.#parts.engine.submit(item));
  }

  get(id: string): Promise<SagaView | undefined> {
    return this.#reads.get(id);
  }

  list(options: ListOptions = {}): Promise<SagaPage> {
    return this.#reads.list(options);
  }

  history(
    id: string,
    page: { readonly after?: number; readonly limit?: number } = {},
  ): Promise<readonly HistoryEntry[]> {
    return this.#reads.history(id, page);
  }

  waitFor(id: string, predicate: (view: SagaView) => boolean, options: WaitOptions = {}): Promise<SagaView> {
    return this.#reads.waitFor(id, predicate, options);
  }

  whatNext(id: string): Promise<WhatNext> {
    return this.#reads.whatNext(id);
  }

  compensationPreview(id: string): Promise<readonly ObligationView[]> {
    return this.#reads.compensationPreview(id);
  }

  diff(
    saga: { readonly name: string; readonly version?: number },
    options: DiffOptions = {},
  ): Promise<VersionDiff> {
    return this.#reads.diff(saga, options);
  }

  async retry(id: string, options: RetryOptions): Promise<void> {
    const { actor, step: key, reason } = options;
    await this.ready();
    assertFindable(id);
    const { store, engine } = this.#parts;
    // First: where the rest is lost, the saga still shows as parked, and can be retried again. And once more after
    // that: what was stopped in between would stay so in a saga that no longer shows it.
    const before = await store.unstick(id);
    const about = { ...(key !== undefined && { key }), ...(reason !== undefined && { reason }) };
    await this.#administer(id, { type: 'retry', actor, ...about }, options);
    const between = await store.unstick(id);
    if (before || between) engine.notice([]);
  }

  async skip(
    id: string,
    options: AdminOptions & { readonly step: string; readonly reason: string },
  ): Promise<void> {
    const { actor, step, reason } = options;
    await this.#administer(id, { type: 'skip', key: step, reason, actor }, options);
  }

  async park(id: string, options: AdminOptions & { readonly reason: string }): Promise<void> {
    const { actor, reason } = options;
    await this.#administer(id, { type: 'park', actor, reason }, options);
  }

  async override(id: string, request: OverrideRequest): Promise<SendResult> {
    const { chance, engine } = this.#parts;
    const { to, reason, force = false, actor, messageId = chance.uuid() } = request;
    assertFindable(id);
    assertMessageId(messageId);
    assertJson({ to, reason, actor }, 'override');
    await this.ready();
    try {
      const override = { to, reason, force };
      const event = { type: '' };
      const nonce = chance.uuid();
      const traceparent = readTraceparent(request.traceparent);
      const item = { sagaId: id, messageId, nonce, event, actor, override, traceparent };
      return sentOf(await engine.submit({ kind: 'send', ...item }));
    } catch (error) {
      if (!(error instanceof SagaError) || error.code !== 'OVERRIDE_REFUSED') throw error;
      const { overrides } = await this.#reads.whatNext(id);
      throw new SagaError(error.code, error.message, { overrides }, { cause: error });
    }
  }

  async upgrade(id: string, options: UpgradeOptions): Promise<UpgradeResult> {
    return await this.#upgrades.upgrade(id, options);
  }

  async upgradeAll({ name }: { readonly name: string }, options: UpgradeAllOptions): Promise<UpgradeReport> {
    await this.ready();
    return await this.#upgrades.upgradeAll(name, options);
  }

  async on(eventType: string, options: { readonly name: string }, handler: EventHandler): Promise<void> {
    const { name } = options;
    if (!SUBSCRIPTION.test(name)) {
      throw new SagaError('SETTING_INVALID', `a subscription's name must match ${SUBSCRIPTION.source}`);
    }
    await this.ready();
    const { database, queue, engine } = this.#parts;
    await queue.declare([subscriptionQueue(name)]);
    engine.addHandler(name, eventType, handler);
    await addSubscriptions(database, database.names, [{ eventType, name }]).catch((error: unknown) => {
      engine.removeHandler(name, eventType);
      throw error;
    });
  }

  stop(options: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.graceMs ?? DEFAULT_GRACE_MS);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    const opened = new AbortController();
    const opening = this.#opening?.catch(() => undefined).finally(() => opened.abort());
    if (opening) await Promise.race([opening, pause(this.#parts.clock, graceMs, opened.signal)]);
    await this.#parts.engine.stop(graceMs);
    await this.#parts.close();
  }

  #startItem(
    { name, version }: { readonly name: string; readonly version?: number },
    input: unknown,
    options: StartOptions,
  ): StartItem {
    const { registry, chance } = this.#parts;
    const saga = registry.chosen(name, version);
    const { id, idempotencyKey, actor = 'system' } = options;
    const sagaId = id ?? (idempotencyKey === undefined ? chance.uuid() : sagaIdFor(name, idempotencyKey));
    assertSagaId(sagaId);
    assertJson(actor, 'actor');
    const nonce = chance.uuid();
    const traceparent = readTraceparent(options.traceparent);
    return new Start(sagaId, saga, input, nonce, actor, traceparent);
  }

  async #administer(sagaId: string, cause: AdminCause, options: Traceable): Promise<void> {
    assertFindable(sagaId);
    assertJson(cause, cause.type);
    await this.ready();
    const traceparent = readTraceparent(options.traceparent);
    await this.#parts.engine.submit({ kind: 'admin', sagaId, cause, traceparent });
  }
}

/** A start that somebody waits for. */
class Start implements StartItem {
  readonly kind = 'start';
  readonly inputHash: string;

  constructor(
    readonly sagaId: string,
    readonly saga: AnySaga,
    readonly input: unknown,
    readonly nonce: string,
    readonly actor: string,
    readonly traceparent: string | null,
  ) {
    this.inputHash = hashInput(input);
  }
}

function stoppedError(): SagaError {
  return new SagaError('RUNNER_STOPPED', 'the runner has been stopped');
}

/** @throws SagaError `SAGA_NOT_FOUND` for an id that none can have */
function assertFindable(id: string): void {
  if (!isSagaId(id)) throw new SagaError('SAGA_NOT_FOUND', `there is no saga ${id}`);
}

function sentOf(result: MoveResult): SendResult {
  if (result.kind === 'sent') return result.result;
  throw unexpectedResult(result);
}
