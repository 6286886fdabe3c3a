import {
  type AdminCause,
  type AnySaga,
  assertJson,
  assertSagaId,
  compensationPreview,
  type HistoryEntry,
  type JsonObject,
  type LateAnswer,
  messageOf,
  type ObligationView,
  type OverrideRequest,
  parseIdempotencyKey,
  plainOutcome,
  SagaError,
  type SagaView,
  type SendOptions,
  type SendResult,
  type StartOptions,
  type StartResult,
  type StepOutcome,
  type UpgradeOptions,
  type UpgradeResult,
  type WhatNext,
  whatNext,
} from '@countermand/saga-core';
import { acceptMessage } from './db/accept-message.js';
import { reserveForStart } from './db/claim.js';
import type { Database } from './db/database.js';
import type { Listener } from './db/listener.js';
import { moveTransaction } from './db/postgres-store.js';
import { addSubscriptions } from './db/publish-order.js';
import { readDefinitions } from './db/read-versions.js';
import { type CallerTransaction, callerSession } from './db/session.js';
import type { EventHandler } from './deliver-event.js';
import { type DiffOptions, diffVersions, type VersionDiff } from './diff-versions.js';
import type { Engine } from './engine.js';
import { cursorAfter, type ListOptions, pageFilter, type SagaPage } from './list-sagas.js';
import type { MoveItem, MoveResult, StartItem } from './move-item.js';
import { INBOX_NOTICE, moveSagas } from './move-sagas.js';
import { noFollowUp } from './outbox-plan.js';
import type { Chance } from './ports/chance.js';
import type { Clock } from './ports/clock.js';
import type { FoundSaga, Store } from './ports/store.js';
import type { InTransaction, PostgresRunner, StopOptions, Traceable } from './postgres-runner.js';
import type { PgBossQueue } from './queue/pg-boss-queue.js';
import { hashInput, sagaIdFor } from './saga-id-for.js';
import { type SagaRegistry, subscriptionQueue } from './saga-registry.js';
import { toView } from './saga-views.js';
import { readTraceparent } from './traceparent.js';
import { type UpgradeAllOptions, type UpgradeReport, upgradeAll } from './upgrade-all.js';
import { type WaitOptions, waitFor } from './wait-for.js';

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
  readonly migrate: () => Promise<void>;
  /** Connects; tried again by the next call when it fails. */
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The runner's public side: checks what it is given, and turns it into items for the engine. */
export class Runner implements PostgresRunner {
  readonly #parts: RunnerParts;
  #opening: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
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
    if (this.#stopping) throw new SagaError('RUNNER_STOPPED', 'the runner has been stopped');
    this.#opening ??= this.#parts.open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    await this.#opening;
  }

  async work(): Promise<void> {
    await this.ready();
    if (this.isWorking) return;
    this.#parts.engine.work();
    this.#parts.listener.start();
  }

  async start(
    saga: { readonly name: string; readonly version?: number },
    input: unknown,
    options: StartOptions & InTransaction & Traceable = {},
  ): Promise<StartResult> {
    const item = this.#startItem(saga, input, options);
    await this.ready();
    const result = options.tx ? await this.#startIn(options.tx, item) : await this.#parts.engine.submit(item);
    if (result.kind !== 'started') throw unexpected(result);
    return result.result;
  }

  async send(
    id: string,
    event: { readonly type: string; readonly [key: string]: unknown },
    options: SendOptions & InTransaction & Traceable = {},
  ): Promise<SendResult> {
    const plain = this.#plainEvent(id, event);
    const { chance, engine, database } = this.#parts;
    const { messageId = chance.uuid(), actor = 'system', tx } = options;
    assertMessageId(messageId);
    const traceparent = readTraceparent(options.traceparent);
    const message = { sagaId: id, messageId, nonce: chance.uuid(), event: plain, actor, traceparent };
    await this.ready();
    if (!tx) return sentOf(await engine.submit({ kind: 'send', ...message }));
    const isNew = await acceptMessage(callerSession(tx), database.names, message, INBOX_NOTICE);
    return { outcome: 'accepted', duplicate: !isNew };
  }

  async answer(idempotencyKey: string, answer: LateAnswer): Promise<SendResult> {
    const named = parseIdempotencyKey(idempotencyKey);
    if (!named) throw new SagaError('ANSWER_UNKNOWN', `'${idempotencyKey}' is no idempotency key of a step`);
    const outcome = outcomeOf(answer);
    await this.ready();
    const { sagaId, key } = named;
    // A webhook may be faster than the answer that announces it: the row is still leased then.
    const from = ['awaiting', 'leased', 'pending'] as const;
    const item: MoveItem = { kind: 'answer', sagaId, key, from, lease: null, outcome, late: true };
    return sentOf(await this.#parts.engine.submit(item));
  }

  async get(id: string): Promise<SagaView | undefined> {
    const found = await this.#find(id);
    return found && this.#view(found);
  }

  async list(options: ListOptions = {}): Promise<SagaPage> {
    const filter = pageFilter(options);
    await this.ready();
    const found = await this.#parts.store.list(filter);
    const cursor = cursorAfter(found, filter);
    return { items: found.slice(0, filter.limit - 1).map((one) => this.#view(one)), cursor };
  }

  async history(
    id: string,
    page: { readonly after?: number; readonly limit?: number } = {},
  ): Promise<readonly HistoryEntry[]> {
    await this.ready();
    return await this.#parts.store.history(id, page);
  }

  async waitFor(
    id: string,
    predicate: (view: SagaView) => boolean,
    options: WaitOptions = {},
  ): Promise<SagaView> {
    const { engine, clock } = this.#parts;
    const get = (sagaId: string) => this.get(sagaId);
    return await waitFor(id, predicate, options, { get, changes: engine.changes, clock });
  }

  async retry(id: string, options: { readonly actor: string; readonly step?: string }): Promise<void> {
    const { actor, step } = options;
    await this.ready();
    const { store, engine } = this.#parts;
    // First: where the rest is lost, the saga still shows as parked, and can be retried again. And once more after
    // that: what was stopped in between would stay so in a saga that no longer shows it.
    const before = await store.unstick(id);
    await this.#administer(id, { type: 'retry', actor, ...(step !== undefined && { key: step }) });
    const between = await store.unstick(id);
    if (before || between) engine.notice([]);
  }

  async skip(
    id: string,
    options: { readonly actor: string; readonly step: string; readonly reason: string },
  ): Promise<void> {
    const { actor, step, reason } = options;
    await this.#administer(id, { type: 'skip', key: step, reason, actor });
  }

  async park(id: string, options: { readonly actor: string; readonly reason: string }): Promise<void> {
    await this.#administer(id, { type: 'park', ...options });
  }

  async override(id: string, request: OverrideRequest): Promise<SendResult> {
    const { chance, engine } = this.#parts;
    const { to, reason, force = false, actor, messageId = chance.uuid() } = request;
    await this.ready();
    try {
      const override = { to, reason, force };
      const event = { type: '' };
      const nonce = chance.uuid();
      return sentOf(
        await engine.submit({ kind: 'send', sagaId: id, messageId, nonce, event, actor, override }),
      );
    } catch (error) {
      if (!(error instanceof SagaError) || error.code !== 'OVERRIDE_REFUSED') throw error;
      const { overrides } = await this.whatNext(id);
      throw new SagaError(error.code, error.message, { overrides }, { cause: error });
    }
  }

  async upgrade(id: string, { actor, to }: UpgradeOptions): Promise<UpgradeResult> {
    const found = await this.#find(id);
    if (!found) throw new SagaError('SAGA_NOT_FOUND', `there is no saga ${id}`);
    const target = this.#parts.registry.chosen(found.stored.saga, to);
    return await this.#upgrade(id, target, actor, await this.#structuresOf(target.name));
  }

  async upgradeAll(
    { name }: { readonly name: string },
    { actor, to, ...options }: UpgradeAllOptions,
  ): Promise<UpgradeReport> {
    await this.ready();
    const { database, registry } = this.#parts;
    const target = registry.chosen(name, to);
    const structures = await this.#structuresOf(name);
    return await upgradeAll(database, database.names, target, options, (id) =>
      this.#upgrade(id, target, actor, structures),
    );
  }

  async diff(
    { name, version }: { readonly name: string; readonly version?: number },
    options: DiffOptions = {},
  ): Promise<VersionDiff> {
    await this.ready();
    const { database, registry } = this.#parts;
    return await diffVersions(database, database.names, registry.chosen(name, version), options);
  }

  async #structuresOf(name: string): Promise<ReadonlyMap<number, readonly string[]>> {
    const { database } = this.#parts;
    const stored = await readDefinitions(database, database.names, name);
    return new Map(stored.map(({ version, structure }) => [version, structure]));
  }

  async #upgrade(
    sagaId: string,
    to: AnySaga,
    actor: string,
    structures: ReadonlyMap<number, readonly string[]>,
  ): Promise<UpgradeResult> {
    const result = await this.#parts.engine.submit({ kind: 'upgrade', sagaId, to, structures, actor });
    if (result.kind !== 'upgraded') throw unexpected(result);
    return result.result;
  }

  async whatNext(id: string): Promise<WhatNext> {
    const { definition, found } = await this.#known(id);
    return whatNext(definition, found.stored.envelope);
  }

  async compensationPreview(id: string): Promise<readonly ObligationView[]> {
    const { definition, found } = await this.#known(id);
    return compensationPreview(definition, found.stored.envelope);
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
    await addSubscriptions(database, database.names, [{ eventType, name }]);
  }

  stop(options: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.graceMs ?? DEFAULT_GRACE_MS);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.#parts.engine.stop(graceMs);
    await this.#parts.close();
  }

  #startItem(
    { name, version }: { readonly name: string; readonly version?: number },
    input: unknown,
    options: StartOptions & Traceable,
  ): StartItem {
    const { registry, chance } = this.#parts;
    const saga = registry.chosen(name, version);
    const { id, idempotencyKey, actor = 'system' } = options;
    const sagaId = id ?? (idempotencyKey === undefined ? chance.uuid() : sagaIdFor(name, idempotencyKey));
    assertSagaId(sagaId);
    const nonce = chance.uuid();
    const traceparent = readTraceparent(options.traceparent);
    return { kind: 'start', sagaId, saga, input, inputHash: hashInput(input), nonce, actor, traceparent };
  }

  async #startIn(tx: CallerTransaction, item: StartItem): Promise<MoveResult> {
    const { database, queue, registry, chance } = this.#parts;
    const session = callerSession(tx);
    await reserveForStart(session, database.names, item.sagaId);
    // Nothing of it runs before the caller commits, so all of it goes through the queue, with a notice.
    const nothingRemembered = () => new Map<string, never>();
    const context = {
      registry,
      chance,
      followUp: noFollowUp,
      hears: () => false,
      remembered: nothingRemembered,
    };
    const { results } = await moveSagas(moveTransaction(session, database.names, queue), [item], context);
    const [result] = results;
    if (result?.kind === 'failed') throw result.error;
    return result ?? { kind: 'again' };
  }

  #plainEvent(id: string, event: { readonly type: string }): JsonObject & { readonly type: string } {
    assertSagaId(id);
    try {
      assertJson(event, 'event');
    } catch (error) {
      throw new SagaError('EVENT_INVALID', messageOf(error));
    }
    if (typeof event.type !== 'string' || !this.#parts.registry.declares(event.type)) {
      throw new SagaError(
        'EVENT_NOT_DECLARED',
        `'${event.type}' is not a public event of any saga of the runner`,
      );
    }
    // A copy: what the caller does with the event afterwards is no business of the saga's.
    return JSON.parse(JSON.stringify(event)) as JsonObject & { readonly type: string };
  }

  async #administer(sagaId: string, cause: AdminCause): Promise<void> {
    await this.ready();
    await this.#parts.engine.submit({ kind: 'admin', sagaId, cause });
  }

  async #find(id: string): Promise<FoundSaga | undefined> {
    await this.ready();
    return await this.#parts.store.find(id);
  }

  async #known(id: string): Promise<{ readonly definition: AnySaga; readonly found: FoundSaga }> {
    const found = await this.#find(id);
    if (!found) throw new SagaError('SAGA_NOT_FOUND', `there is no saga ${id}`);
    const { saga, version } = found.stored;
    const definition = this.#parts.registry.find(saga, version);
    if (!definition)
      throw new SagaError('SAGA_UNKNOWN', `saga ${id} is of '${saga}' version ${version}, unknown here`);
    return { definition, found };
  }

  #view(found: FoundSaga): SagaView {
    return toView(found, this.#parts.registry.find(found.stored.saga, found.stored.version));
  }
}

/** @throws SagaError `ANSWER_INVALID` for what is none: a body that was passed on as it came, say */
function outcomeOf(answer: LateAnswer): StepOutcome {
  const kinds = ['output', 'declined', 'failed'].filter((kind) => Object.hasOwn(Object(answer), kind));
  if (kinds.length !== 1) {
    throw new SagaError(
      'ANSWER_INVALID',
      'an answer is { output }, { declined: code } or { failed: message }',
    );
  }
  if ('failed' in answer) return plainOutcome({ kind: 'unknown', message: answer.failed });
  if (!('declined' in answer)) return plainOutcome({ kind: 'done', output: answer.output });
  const { declined: code, details } = answer;
  return plainOutcome({ kind: 'declined', code, ...(details !== undefined && { details }) });
}

function sentOf(result: MoveResult): SendResult {
  if (result.kind === 'sent') return result.result;
  throw unexpected(result);
}

function unexpected(result: MoveResult): Error {
  return result.kind === 'failed' ? result.error : new Error(`unexpected result '${result.kind}'`);
}

function assertMessageId(messageId: string): void {
  if (
    messageId.length > 0 &&
    messageId.length <= 255 &&
    messageId.isWellFormed() &&
    !messageId.includes('\0')
  )
    return;
  throw new SagaError('EVENT_INVALID', 'a message id is a text of 1 to 255 characters');
}
