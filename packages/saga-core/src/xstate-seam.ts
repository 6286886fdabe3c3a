import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode, EventObject } from 'xstate';
import { beginEntering, endEntering } from './entered-states.js';
import type { StoredSnapshot } from './envelope.js';
import { inertScope, type RawAction } from './inert-scope.js';
import { isExactJson, type Json, type JsonObject } from './json.js';
import type { Live } from './live.js';
import { remembered, sameAsBefore } from './machine-memory.js';
import { MadeSnapshot } from './made-snapshot.js';
import { messageOf, SagaError } from './saga-error.js';
import { assertStateValue } from './state-value.js';

// The seam to XState: the one file that knows the shapes of its snapshots and actions. Everything else works with `Live`
// and `MachineAction`. A host for XState 6 would be a second file like this one.

/** What a transition asks for, in the order in which XState lists it. */
export type MachineAction =
  | { readonly type: 'spawn'; readonly id: string; readonly src: string; readonly input: unknown }
  | { readonly type: 'stop'; readonly id: string }
  | { readonly type: 'arm'; readonly id: string; readonly event: EventObject; readonly delayMs: number }
  | { readonly type: 'cancel'; readonly id: string }
  | { readonly type: 'emit'; readonly event: EventObject }
  | { readonly type: 'log'; readonly label: string | undefined; readonly value: unknown }
  | { readonly type: 'custom'; readonly name: string; readonly params: unknown };

/** A machine's next state and what it asks for. */
export interface Move {
  readonly live: Live;
  readonly actions: readonly MachineAction[];
}

/** Enters the machine's initial state. Pure. Throws what the machine's own functions throw. */
export function enter(machine: AnyStateMachine, input: unknown): Move {
  const scope = inertScope(machine);
  beginEntering(machine, true);
  return readMove(machine, machine.getInitialSnapshot(scope, input), scope.actions);
}

/** Takes one event. Pure. Throws what the machine's own functions throw. */
export function take(machine: AnyStateMachine, live: Live, event: EventObject): Move {
  const question = () => `take ${JSON.stringify(event)}`;
  return remembered(machine, live, question, () => {
    const scope = inertScope(machine);
    beginEntering(machine, false);
    return readMove(machine, machine.transition(live.raw, event, scope), scope.actions);
  });
}

/**
 * Whether transitions take the event here: `none`; `inert` ones that do nothing (`on: { X: {} }`); or `some`.
 * A guard that refuses leaves `none`. Throws what guards throw.
 */
export function selects(machine: AnyStateMachine, live: Live, event: EventObject): 'none' | 'inert' | 'some' {
  if (live.status !== 'active') return 'none';
  const question = () => `selects ${JSON.stringify(event)}`;
  return remembered(machine, live, question, () => {
    const selected = machine.getTransitionData(live.raw, event);
    if (selected.length === 0) return 'none';
    const inert = selected.every((one) => !one.target?.length && one.actions.length === 0 && !one.reenter);
    return inert ? 'inert' : 'some';
  });
}

/** What snapshots that were read were made to, for as long as somebody has them. */
const lives = new WeakMap<StoredSnapshot, Live>();

/** Brings a stored snapshot to life, without ever starting an actor. @throws SagaError `SNAPSHOT_INVALID` */
export function restore(machine: AnyStateMachine, stored: StoredSnapshot): Live {
  const before = MadeSnapshot.liveOf(stored) ?? lives.get(stored);
  if (before?.raw.machine === machine) return before;
  const live = known(machine, restoreFully(machine, stored));
  lives.set(stored, live);
  return live;
}

function restoreFully(machine: AnyStateMachine, stored: StoredSnapshot): Live {
  assertStateValue(machine, stored.value);
  const { value, context, status, output } = stored;
  const historyValue = stored.historyValue ?? {};
  // The context is put in afterwards: XState would look through all of it for references to actors, which JSON
  // can't hold, and would take a customer's text for one that looks like it.
  const persisted = { value, context: {}, status, output, historyValue, children: {}, error: undefined };
  // XState types a persisted snapshot by its machine, which is erased here; the value has been checked above.
  const raw = machine.restoreSnapshot(
    persisted as unknown as AnyMachineSnapshot,
    inertScope(machine),
  ) as AnyMachineSnapshot;
  const children = placeholders(Object.entries(stored.children));
  return readLive({ ...raw, context, children } as unknown as AnyMachineSnapshot);
}

/**
 * The state value that has these leaves active; a path that ends above its leaves means their initial ones. Nothing is
 * entered by this: whatever the states invoke or arm must have been begun before.
 */
export function stateValueOf(machine: AnyStateMachine, leaves: readonly string[], context: Json): Json {
  const partial = Object.create(null) as Record<string, unknown>;
  for (const leaf of leaves) {
    let inner = partial;
    for (const key of leaf.split('.')) {
      inner[key] ??= {};
      inner = inner[key] as Record<string, unknown>;
    }
  }
  const config = { value: partial, context } as Parameters<AnyStateMachine['resolveState']>[0];
  return machine.resolveState(config).value as Json;
}

/** What is stored of a snapshot; children only where `keep` says that they are in flight. */
export function store(
  machine: AnyStateMachine,
  live: Live,
  keep: ReadonlyMap<string, string>,
): StoredSnapshot {
  const kept = [...keep].filter(([id]) => live.raw.children[id] !== undefined);
  return remembered(
    machine,
    live,
    () => `store ${JSON.stringify(kept)}`,
    () => storeFully(machine, live, kept),
  );
}

function storeFully(
  machine: AnyStateMachine,
  live: Live,
  kept: readonly (readonly [string, string])[],
): StoredSnapshot {
  const hasHistory = Object.keys(live.raw.historyValue).length > 0;
  const historyValue = hasHistory ? storedHistory(machine, live) : undefined;
  const output = live.raw.output as Json | undefined;
  const context = asRead(live.context);
  const restored = known(machine, asRestored(live, context, kept));
  return new MadeSnapshot(restored, historyValue, output, Object.fromEntries(kept));
}

/** What JSON would change is changed at once, so that it makes no difference where a snapshot was kept. */
function asRead(context: JsonObject): JsonObject {
  return isExactJson(context) ? context : (JSON.parse(JSON.stringify(context)) as JsonObject);
}

/**
 * The same with no children but those that are stored: XState keeps the settled ones too. And none of its actors: each
 * is some two kilobytes that would stay in memory with the saga, for nobody ever starts it.
 */
function asRestored(live: Live, context: JsonObject, kept: readonly (readonly [string, string])[]): Live {
  const raw = { ...live.raw, context, children: placeholders(kept) } as unknown as AnyMachineSnapshot;
  return { ...live, context, raw };
}

/** What stands for children between transitions: XState looks at nothing else of one that was never started. */
function placeholders(children: readonly (readonly [string, string])[]): Record<string, Child> {
  return Object.fromEntries(children.map(([id, src]) => [id, new Child(id, src)]));
}

class Child {
  constructor(
    readonly id: string,
    readonly src: string,
  ) {}
}

function storedHistory(machine: AnyStateMachine, live: Live): Json {
  const alone = { ...live.raw, children: {} } as AnyMachineSnapshot;
  return (machine.getPersistedSnapshot(alone) as unknown as { historyValue: Json }).historyValue;
}

/** The event by which an invoke or spawned child tells that it is done. */
export function doneEvent(id: string, output: unknown): EventObject {
  return { type: `xstate.done.actor.${id}`, output, actorId: id } as EventObject;
}

/** The event by which an invoke or spawned child tells that it failed. */
export function errorEvent(id: string, error: unknown): EventObject {
  return { type: `xstate.error.actor.${id}`, error, actorId: id } as EventObject;
}

/** The same state as it was met before, where the machine has a memory. */
function known(machine: AnyStateMachine, live: Live): Live {
  return sameAsBefore(machine, live, () => {
    const { value, context, status, raw } = live;
    // Everything on which it depends what the machine does next.
    const children = Object.entries(raw.children).map(([id, child]) => [
      id,
      (child as { readonly src?: unknown }).src,
    ]);
    const history = Object.keys(raw.historyValue).length > 0 ? storedHistory(machine, live) : null;
    return JSON.stringify([value, context, status, raw.output, children, history]);
  });
}

function readMove(machine: AnyStateMachine, raw: AnyMachineSnapshot, actions: readonly RawAction[]): Move {
  if (raw.status === 'error') throw raw.error instanceof Error ? raw.error : new Error(messageOf(raw.error));
  endEntering(machine);
  return { live: known(machine, readLive(raw)), actions: actions.flatMap(readAction) };
}

function readLive(raw: AnyMachineSnapshot): Live {
  return {
    value: raw.value as Json,
    context: raw.context as JsonObject,
    status: raw.status === 'done' ? 'done' : 'active',
    // XState keeps the active nodes on the snapshot, and marks the property internal.
    nodes: (raw as unknown as { _nodes: AnyStateNode[] })._nodes,
    raw,
  };
}

interface RawParams {
  readonly id?: unknown;
  readonly src?: unknown;
  readonly input?: unknown;
  readonly actorRef?: { readonly id: string };
  readonly event?: EventObject;
  readonly delay?: unknown;
  readonly sendId?: string;
  readonly value?: unknown;
  readonly label?: string;
}

function readAction(action: RawAction): MachineAction[] {
  const params = (action.params ?? {}) as RawParams;
  switch (action.type) {
    case 'xstate.spawnChild':
      return [readSpawn(params)];
    case 'xstate.stopChild':
      // The parameter is the child itself; there is none where it has settled and was pruned.
      return params.id === undefined ? [] : [{ type: 'stop', id: String(params.id) }];
    case 'xstate.raise':
      return readRaise(params);
    case 'xstate.cancel':
      return [{ type: 'cancel', id: String(params.sendId) }];
    case 'xstate.emit':
      return params.event ? [{ type: 'emit', event: params.event }] : [];
    case 'xstate.log':
      return [{ type: 'log', label: params.label, value: params.value }];
    default:
      return [{ type: 'custom', name: action.type, params: action.params }];
  }
}

function readSpawn(params: RawParams): MachineAction {
  const id = params.actorRef?.id;
  if (typeof params.src !== 'string' || id === undefined || params.id === undefined) {
    throw new SagaError(
      'DECIDE_FAILED',
      'a spawned step needs the name of a step as src, and an id of its own',
    );
  }
  return { type: 'spawn', id, src: params.src, input: params.input };
}

function readRaise({ event, id, delay }: RawParams): MachineAction[] {
  // Without a delay XState has processed the event already; carrying it out again would double it.
  if (delay === undefined) return [];
  if (!event || typeof delay !== 'number' || !Number.isFinite(delay) || delay < 0) {
    throw new SagaError(
      'DECIDE_FAILED',
      `a delay must be a number of milliseconds from 0, not ${String(delay)}`,
    );
  }
  if (id === undefined)
    throw new SagaError('DECIDE_FAILED', `raise of '${event.type}' with a delay needs an id`);
  return [{ type: 'arm', id: String(id), event, delayMs: delay }];
}
