import type { AnyStateMachine } from 'xstate';
import type { ArmedTimer, Envelope, Obligation, ObligationSource, StepRun } from './envelope.js';
import { assertJson, type Json, type JsonObject } from './json.js';
import { rowKey } from './saga-id.js';
import type { SagaMigration } from './saga-migration.js';

/** An envelope on its way from one version to another: the state is a list of leaves until the machine is known. */
export interface Moving extends Omit<Envelope, 'snapshot'> {
  /** Paths of the active leaves. */
  readonly leaves: readonly string[];
  readonly context: Json;
  readonly historyValue: Json | undefined;
  /** Of runs in flight, by row key, the id that the new machine has for them. */
  readonly wantedIds: ReadonlyMap<string, string>;
  readonly armed: readonly { readonly path: string; readonly delay: string; readonly ms: number }[];
}

/** The paths of the leaves of a state value: `{ A: { x: 'p', y: 'q' } }` is `A.x.p` and `A.y.q`. */
export function leavesOfValue(value: Json, before = ''): string[] {
  const under = (key: string) => (before === '' ? key : `${before}.${key}`);
  if (typeof value === 'string') return [under(value)];
  const entries = Object.entries(value as JsonObject);
  if (entries.length === 0) return [before];
  return entries.flatMap(([key, inner]) => leavesOfValue(inner, under(key)));
}

/** Opens an envelope for its migrations. */
export function openMoving({ snapshot, ...books }: Envelope): Moving {
  return {
    ...books,
    leaves: leavesOfValue(snapshot.value),
    context: snapshot.context,
    historyValue: snapshot.historyValue,
    wantedIds: new Map(books.runs.map((run) => [keyOf(run), run.id])),
    armed: [],
  };
}

/**
 * Applies one migration: from its version to the next. Throws what its functions throw, and `NOT_JSON`.
 *
 * @param machine - the machine that all of this leads to; XState makes ids from its id
 */
export function migrateOnce(moving: Moving, migration: SagaMigration, machine: AnyStateMachine): Moving {
  const names = new Names(migration, machine.id);
  const { sagaId, leaves: states } = moving;
  const context = migration.context?.(structuredCopy(moving.context), { sagaId, states }) ?? moving.context;
  assertJson(context, 'context after the migration');
  const wanted = [...moving.wantedIds].map(([key, id]) => [key, names.runId(id)] as const);
  const armed = Object.entries(migration.arm ?? {}).flatMap(([path, delays]) =>
    Object.entries(delays).map(([delay, ms]) => ({ path, delay, ms })),
  );
  return {
    ...moving,
    leaves: states.map((leaf) => names.path(leaf)),
    context,
    historyValue: moving.historyValue === undefined ? undefined : names.nodeIdsIn(moving.historyValue),
    obligations: moving.obligations.map((one) => names.obligation(one)),
    runs: moving.runs.map((run) => names.run(run)),
    wantedIds: new Map(wanted),
    timers: moving.timers.flatMap((timer) => names.timer(timer)),
    deferred: moving.deferred.map((one) => ({ ...one, event: names.event(one.event) })),
    kept: moving.kept.map((one) => ({ ...one, cause: names.cause(one.cause) })),
    parked: moving.parked.map((one) =>
      one.key === undefined ? one : { ...one, key: names.rowKey(one.key) },
    ),
    visits: names.visits(moving.visits),
    ...(moving.compensation && {
      compensation: {
        invokes: moving.compensation.invokes.map((one) => ({ ...one, id: names.invoke(one.id) })),
        undone: moving.compensation.undone.map((id) => names.obligationId(id)),
      },
    }),
    armed: [...moving.armed.map((one) => ({ ...one, path: names.path(one.path) })), ...armed],
  };
}

function keyOf(run: StepRun): string {
  return rowKey(run.id, run.visit);
}

function structuredCopy(context: Json): JsonObject {
  return JSON.parse(JSON.stringify(context)) as JsonObject;
}

/** What each thing is called after one migration. */
class Names {
  readonly #migration: SagaMigration;
  readonly #machineId: string;

  constructor(migration: SagaMigration, machineId: string) {
    this.#migration = migration;
    this.#machineId = machineId;
  }

  /** The longest state that is mapped and that the path is in, decides. */
  path(path: string): string {
    const parts = path.split('.');
    for (let length = parts.length; length > 0; length -= 1) {
      const to = mapped(this.#migration.states, parts.slice(0, length).join('.'));
      if (to !== undefined) return [to, ...parts.slice(length)].join('.');
    }
    return path;
  }

  /** Ids that XState makes end in the state's own id: `0.machine.PAYING`, `xstate.after.TTL.machine.PAYING`. */
  #made(id: string): string {
    const mark = `.${this.#machineId}.`;
    const at = id.indexOf(mark);
    return at < 0 ? id : `${id.slice(0, at)}${mark}${this.path(id.slice(at + mark.length))}`;
  }

  invoke(id: string): string {
    return mapped(this.#migration.invokes, id) ?? this.#made(id);
  }

  step(name: string): string {
    return mapped(this.#migration.steps, name) ?? name;
  }

  obligationId(id: string): string {
    const [kind = '', ...instance] = id.split(':');
    return [mapped(this.#migration.obligations, kind) ?? kind, ...instance].join(':');
  }

  /** Its id stays, for it is part of the key that the participant knows; whether that fits is judged later. */
  run(run: StepRun): StepRun {
    const { opens, target, closes } = run;
    return {
      ...run,
      step: this.step(run.step),
      closes: closes.map((id) => this.obligationId(id)),
      ...(opens !== undefined && { opens: this.obligationId(opens) }),
      ...(target !== undefined && { target: this.obligationId(target) }),
    };
  }

  /** Ids of undos and probes name their obligation. */
  runId(id: string): string {
    const [, prefix, rest = ''] = /^(undo|probe):(.*)$/s.exec(id) ?? [];
    return prefix === undefined ? this.invoke(id) : `${prefix}:${this.obligationId(rest)}`;
  }

  rowKey(key: string): string {
    const at = key.lastIndexOf(':');
    return at < 0 ? key : `${this.runId(key.slice(0, at))}${key.slice(at)}`;
  }

  obligation(one: Obligation): Obligation {
    const { kind, undo, supersedes, maySupersede } = one;
    return {
      ...one,
      kind: mapped(this.#migration.obligations, kind) ?? kind,
      source: this.#source(one.source),
      ...(undo !== undefined && { undo: this.step(undo) }),
      ...(supersedes && { supersedes: supersedes.map((id) => this.obligationId(id)) }),
      ...(maySupersede && { maySupersede: maySupersede.map((id) => this.obligationId(id)) }),
    };
  }

  /** The key stays: a probe asks the participant by it. */
  #source(source: ObligationSource): ObligationSource {
    if ('event' in source)
      return { ...source, event: mapped(this.#migration.events, source.event) ?? source.event };
    return { ...source, step: this.step(source.step) };
  }

  timerId(id: string): string | null {
    const { timers } = this.#migration;
    if (timers && Object.hasOwn(timers, id)) return timers[id] ?? null;
    return this.#made(id);
  }

  timer(timer: ArmedTimer): ArmedTimer[] {
    const id = this.timerId(timer.id);
    if (id === null) return [];
    // XState's own timers send an event that is called like them.
    const type = timer.event.type === timer.id ? id : timer.event.type;
    return [{ ...timer, id, event: { ...timer.event, type } }];
  }

  event<Event extends { readonly type: string }>(event: Event): Event {
    const type = mapped(this.#migration.events, event.type);
    return type === undefined ? event : { ...event, type };
  }

  cause(cause: Json): Json {
    const one = cause as JsonObject;
    if (one['type'] === 'event')
      return { ...one, event: this.event(one['event'] as JsonObject & { readonly type: string }) };
    const id = String(one['id']);
    return one['type'] === 'timer' ? { ...one, id: this.timerId(id) ?? id } : cause;
  }

  visits(visits: Envelope['visits']): Envelope['visits'] {
    const next: Record<string, number> = {};
    for (const [id, count] of Object.entries(visits)) {
      const timer = /^timer:(.*)$/s.exec(id)?.[1];
      const to = timer === undefined ? this.runId(id) : `timer:${this.timerId(timer) ?? timer}`;
      next[to] = Math.max(count, next[to] ?? 0);
    }
    return next;
  }

  nodeIdsIn(value: Json): Json {
    if (typeof value === 'string') return this.#nodeId(value);
    if (Array.isArray(value)) return value.map((one: Json) => this.nodeIdsIn(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [this.#nodeId(key), this.nodeIdsIn(inner)]),
    );
  }

  #nodeId(id: string): string {
    return this.#made(`.${id}`).slice(1);
  }
}

function mapped(table: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return table && Object.hasOwn(table, key) ? table[key] : undefined;
}
