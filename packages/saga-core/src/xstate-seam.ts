import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  createActor,
  type EventObject,
  initialTransition,
  transition,
} from 'xstate';
import type { StoredSnapshot } from './envelope.js';
import type { Json, JsonObject } from './json.js';
import { messageOf, SagaError } from './saga-error.js';
import { assertStateValue } from './state-value.js';

/**
 * The seam to XState: the one file that knows the shapes of its snapshots and actions. Everything else works with
 * {@link Live} and {@link MachineAction}. A host for XState 6 would be a second file like this one.
 */
export interface Live {
  readonly value: Json;
  readonly context: JsonObject;
  readonly status: 'active' | 'done';
  /** Active state nodes, ancestors included. */
  readonly nodes: readonly AnyStateNode[];
  readonly raw: AnyMachineSnapshot;
}

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
  return readMove(initialTransition(machine, input as undefined));
}

/** Takes one event. Pure. Throws what the machine's own functions throw. */
export function take(machine: AnyStateMachine, live: Live, event: EventObject): Move {
  return readMove(transition(machine, live.raw, event));
}

/**
 * Whether transitions take the event here: `none`; `inert` ones that do nothing (`on: { X: {} }`); or `some`.
 * A guard that refuses leaves `none`. Throws what guards throw.
 */
export function selects(machine: AnyStateMachine, live: Live, event: EventObject): 'none' | 'inert' | 'some' {
  if (live.status !== 'active') return 'none';
  const selected = machine.getTransitionData(live.raw, event);
  if (selected.length === 0) return 'none';
  const inert = selected.every((one) => !one.target?.length && one.actions.length === 0 && !one.reenter);
  return inert ? 'inert' : 'some';
}

/** Brings a stored snapshot to life, without ever starting an actor. @throws SagaError `SNAPSHOT_INVALID` */
export function restore(machine: AnyStateMachine, stored: StoredSnapshot): Live {
  assertStateValue(machine, stored.value);
  const children = Object.fromEntries(
    Object.entries(stored.children).map(([id, src]) => [
      id,
      {
        src,
        syncSnapshot: false,
        snapshot: { status: 'active', input: undefined, output: undefined, error: undefined },
      },
    ]),
  );
  const { value, context, status, output } = stored;
  const historyValue = stored.historyValue ?? {};
  const persisted = { value, context, status, output, historyValue, children, error: undefined };
  // XState types a persisted snapshot by its machine, which is erased here; the value has been checked above.
  const actor = createActor(machine, { snapshot: persisted as unknown as AnyMachineSnapshot });
  return readLive(actor.getSnapshot());
}

/** What is stored of a snapshot; children only where `keep` says that they are in flight. */
export function store(
  machine: AnyStateMachine,
  live: Live,
  keep: ReadonlyMap<string, string>,
): StoredSnapshot {
  const remembered = Object.keys(live.raw.historyValue).length > 0;
  const historyValue = remembered ? storedHistory(machine, live) : undefined;
  const output = live.raw.output as Json | undefined;
  return {
    value: live.value,
    context: live.context,
    status: live.status,
    ...(historyValue !== undefined && { historyValue }),
    ...(output !== undefined && { output }),
    children: Object.fromEntries([...keep].filter(([id]) => live.raw.children[id] !== undefined)),
  };
}

function storedHistory(machine: AnyStateMachine, live: Live): Json {
  return (machine.getPersistedSnapshot(live.raw) as unknown as { historyValue: Json }).historyValue;
}

/** The event by which an invoke or spawned child tells that it is done. */
export function doneEvent(id: string, output: unknown): EventObject {
  return { type: `xstate.done.actor.${id}`, output, actorId: id } as EventObject;
}

/** The event by which an invoke or spawned child tells that it failed. */
export function errorEvent(id: string, error: unknown): EventObject {
  return { type: `xstate.error.actor.${id}`, error, actorId: id } as EventObject;
}

function readMove([snapshot, actions]: [unknown, readonly RawAction[]]): Move {
  const raw = snapshot as AnyMachineSnapshot;
  if (raw.status === 'error') throw raw.error instanceof Error ? raw.error : new Error(messageOf(raw.error));
  return { live: readLive(raw), actions: actions.flatMap(readAction) };
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

interface RawAction {
  readonly type: string;
  readonly params?: unknown;
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
