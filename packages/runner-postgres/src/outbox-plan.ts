import { type AnySaga, deadlineMsOf, type Publish, type RunStep, type StepRun } from '@countermand/saga-core';
import type { Chance } from './ports/chance.js';
import type { Delivery, LeasedRow, OutboxChange, OutboxRow, PublishOrder } from './ports/outbox-rows.js';
import { rowId } from './ports/row-id.js';
import { stepQueue, subscriptionQueue } from './saga-registry.js';
import { StepRow } from './step-row.js';
import { LEASE_MS, REDELIVER_MS } from './timing.js';

/** Says which rows the batch's own worker carries out at once, and how many. */
export interface FollowUp {
  /** Takes a free place for a row of that queue, where this process has what it needs. */
  take(queue: string): boolean;
}

/** Nothing is carried out at once: every row goes through the queue. */
export const noFollowUp: FollowUp = { take: () => false };

const BLANK = {
  status: 'pending',
  attempt: 0,
  left: false,
  lease: null,
  delivery: null,
  dueAt: null,
  deadlineAt: null,
  input: null,
  idempotencyKey: null,
  traceparent: null,
  result: null,
  lastError: null,
} as const;

/** An effect with the trace of what caused it. */
export type Traced<Effect> = Effect & { readonly traceparent: string | null };

/** The row of a step that is to be carried out. */
export function stepRow(
  { definition, sagaId }: { readonly definition: AnySaga; readonly sagaId: string },
  effect: RunStep,
  now: number,
  traceparent: string | null,
): OutboxRow {
  const queue = stepQueue(definition.name, effect.step);
  return new StepRow(
    sagaId,
    effect,
    queue,
    deadlineOf(definition, effect.step, now, effect.role),
    traceparent,
    now,
  );
}

/** When a step that is asked for now must have ended. */
export function deadlineOf(saga: AnySaga, step: string, now: number, role: StepRun['role']): number {
  const contract = saga.steps[step];
  return now + (contract ? deadlineMsOf(contract, role) : 0);
}

/** The row of a timer. */
export function timerRow(
  sagaId: string,
  timer: { readonly key: string; readonly id: string; readonly visit: number; readonly dueAt: number },
  now: number,
  traceparent: string | null,
): OutboxRow {
  const { key, id, visit, dueAt } = timer;
  const nothing = { step: null, role: null, queue: null };
  return { ...BLANK, ...nothing, sagaId, key, kind: 'timer', id, visit, dueAt, traceparent, createdAt: now };
}

/** The rows of a published event: one for each subscription, or one that only tells of it. */
function publishRows(
  sagaId: string,
  { sequence, event, traceparent }: Traced<Publish>,
  subscriptions: readonly string[],
  now: number,
): OutboxRow[] {
  const row = {
    ...BLANK,
    traceparent,
    sagaId,
    kind: 'publish',
    visit: sequence,
    step: event.type,
    role: null,
    input: event,
    createdAt: now,
  } as const;
  if (subscriptions.length === 0) {
    return [{ ...row, key: `publish:${sequence}`, id: '', queue: null, status: 'settled' }];
  }
  return subscriptions.map((name) => ({
    ...row,
    key: `publish:${sequence}:${name}`,
    id: name,
    queue: subscriptionQueue(name),
  }));
}

/** What was written for the rows of a batch. */
export interface Dispatched {
  readonly added: OutboxRow[];
  readonly changed: OutboxChange[];
  readonly deliveries: Delivery[];
  readonly leased: LeasedRow[];
}

/** Sends rows on their way: into this worker's own hands, where it has them free, or to the queue. */
export class Dispatcher {
  readonly dispatched: Dispatched = { added: [], changed: [], deliveries: [], leased: [] };
  readonly #followUp: FollowUp;
  readonly #chance: Chance;

  /** @param now - database time of the batch */
  constructor(
    followUp: FollowUp,
    chance: Chance,
    readonly now: number,
  ) {
    this.#followUp = followUp;
    this.#chance = chance;
  }

  /** A new row. Timers, told events and steps that were left at once are only written. */
  add(row: OutboxRow, saga: { readonly name: string; readonly version: number }): void {
    const { added, deliveries, leased } = this.dispatched;
    if (row.queue === null || row.status !== 'pending' || row.left) {
      added.push(row);
    } else if (this.#followUp.take(row.queue)) {
      const held = { ...row, ...this.#lease(), attempt: 1 };
      added.push(held);
      leased.push(this.#carriedOut(held, saga));
    } else {
      const delivery = this.#chance.uuid();
      added.push({ ...row, delivery, dueAt: this.now + REDELIVER_MS });
      deliveries.push({ queue: row.queue, sagaId: row.sagaId, key: row.key, delivery });
    }
  }

  /** A new row that waits for others before it. */
  hold(row: OutboxRow): void {
    this.dispatched.added.push(row);
  }

  /** A stored row whose turn has come. */
  release(row: OutboxRow, saga: { readonly name: string; readonly version: number }): void {
    if (row.queue !== null && this.#followUp.take(row.queue)) {
      const held = { ...row, ...this.#lease(), attempt: row.attempt + 1 };
      const { sagaId, key, status, lease, dueAt } = held;
      this.dispatched.changed.push({ sagaId, key, status, lease, dueAt });
      this.dispatched.leased.push(this.#carriedOut(held, saga));
    } else {
      this.deliver({ sagaId: row.sagaId, key: row.key }, row.queue);
    }
  }

  /** A stored row that is to be carried out (again). */
  deliver(change: OutboxChange, queue: string | null): void {
    if (queue === null) return;
    const delivery = this.#chance.uuid();
    const { sagaId, key } = change;
    this.dispatched.changed.push({ ...change, status: 'pending', delivery, dueAt: this.now + REDELIVER_MS });
    this.dispatched.deliveries.push({ queue, sagaId, key, delivery });
  }

  /** Its input is a copy: the saga's books hold the same, and an adapter may do with its own what it likes. */
  #carriedOut(held: OutboxRow & { readonly lease: string }, saga: SagaName): LeasedRow {
    const { name, version } = saga;
    return { ...held, input: copyOf(held.input), saga: name, version, leasedAt: this.now };
  }

  #lease() {
    return { status: 'leased', lease: this.#chance.uuid(), dueAt: this.now + LEASE_MS } as const;
  }
}

/** Puts the events of a batch in order: of each saga and subscription one goes out, the others wait for it. */
export function dispatchPublished(
  dispatcher: Dispatcher,
  order: PublishOrder,
  published: readonly {
    readonly sagaId: string;
    readonly saga: SagaName;
    readonly effect: Traced<Publish>;
  }[],
  sagaOf: (sagaId: string) => SagaName,
): void {
  const blocked = new Set(order.blocked);
  for (const row of order.next) {
    dispatcher.release(row, sagaOf(row.sagaId));
    blocked.add(rowId(row.sagaId, row.id));
  }
  for (const { sagaId, saga, effect } of published) {
    const names = order.subscriptions.get(effect.event.type) ?? [];
    for (const row of publishRows(sagaId, effect, names, dispatcher.now)) {
      const line = rowId(sagaId, row.id);
      if (blocked.has(line)) {
        dispatcher.hold(row);
      } else {
        dispatcher.add(row, saga);
        if (row.queue !== null) blocked.add(line);
      }
    }
  }
}

/** As JSON would copy it; what it is given is JSON. */
function copyOf(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return Object.is(input, -0) ? 0 : input;
  if (Array.isArray(input)) return input.map(copyOf);
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(input)) if (value !== undefined) copy[key] = copyOf(value);
  return copy;
}

interface SagaName {
  readonly name: string;
  readonly version: number;
}
