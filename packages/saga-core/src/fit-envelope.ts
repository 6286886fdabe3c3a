import type { AnyStateNode } from 'xstate';
import { COMPENSATE } from './compensate.js';
import type { Envelope, Obligation, StepRun } from './envelope.js';
import type { Json, JsonObject } from './json.js';
import { openObligations } from './ledger.js';
import type { AnySaga } from './saga-definition.js';
import { rowKey } from './saga-id.js';

/**
 * Why a saga can't go on in another version. `mapping`: a migration has to say something more; `unsafe`: no mapping
 * helps while the saga is where it is; `invalid`: the migration itself is wrong.
 */
export interface Misfit {
  readonly kind: 'mapping' | 'unsafe' | 'invalid';
  readonly message: string;
}

/** What {@link misfitsOf} looks at. */
export interface Fitting {
  readonly saga: AnySaga;
  /** As it would be stored. */
  readonly envelope: Envelope;
  /** Active nodes of the new machine. */
  readonly nodes: readonly AnyStateNode[];
  /** Paths of the leaves that were active before, and where each of them went. */
  readonly leaves: readonly { readonly before: string; readonly after: string }[];
  /** The structure of the definition that stored it, where that is known. */
  readonly structureBefore: readonly string[] | undefined;
  /** Of runs in flight, by row key, the id that the new machine has for them. */
  readonly wantedIds: ReadonlyMap<string, string>;
}

/** Everything that keeps a migrated saga from going on in its new version. */
export function misfitsOf(fitting: Fitting): Misfit[] {
  return [
    ...fitting.envelope.runs.flatMap((run) => misfitOfRun(fitting, run)),
    ...openObligations(fitting.envelope.obligations).flatMap((one) => misfitOfObligation(fitting, one)),
    ...fitting.nodes.flatMap((node) => [...neverBegun(fitting, node), ...neverArmed(fitting, node)]),
    ...strayTimers(fitting),
    ...strayCompensation(fitting),
    ...unknownEvents(fitting),
  ];
}

function misfitOfRun(fitting: Fitting, run: StepRun): Misfit[] {
  const { saga, nodes, wantedIds } = fitting;
  const contract = saga.steps[run.step];
  const name = `step '${run.step}' in flight`;
  if (!contract) return [mapping(`${name} is no step of this version; name its new one in 'steps'`)];
  const wanted = wantedIds.get(rowKey(run.id, run.visit)) ?? run.id;
  if (wanted !== run.id && (run.role === 'undo' || run.role === 'probe'))
    return [
      unsafe(`${name} is known to its participant by another name of what it undoes; wait until it has`),
    ];
  if (wanted !== run.id) {
    return [
      unsafe(
        `${name} has the id '${run.id}', which the participant knows it by, and would be '${wanted}'; ` +
          'wait for its answer, or keep the id',
      ),
    ];
  }
  if (kindsOf(run.closes) !== contract.closes.map(({ kind }) => kind).join()) {
    return [unsafe(`${name} was begun to close [${kindsOf(run.closes)}], which its contract no longer says`)];
  }
  const opens = run.role === 'invoke' || run.role === 'action' ? run.opens : undefined;
  if (opens !== undefined && opens.split(':')[0] !== contract.opens?.kind) {
    return [unsafe(`${name} was begun to open '${opens.split(':')[0]}', which its contract no longer says`)];
  }
  if (run.input !== undefined && run.role !== 'probe' && !contract.input.safeParse(run.input).success)
    return [unsafe(`the input of ${name} doesn't fit this version's schema; wait for its answer`)];
  if (run.role !== 'invoke' || run.left) return [];
  return misfitOfInvoke(nodes, run, name);
}

function misfitOfInvoke(nodes: readonly AnyStateNode[], run: StepRun, name: string): Misfit[] {
  const invoke = nodes.flatMap((node) => node.invoke).find(({ id }) => id === run.id);
  if (invoke && String(invoke.src) !== run.step)
    return [
      unsafe(`${name} has the id '${run.id}', under which this version invokes '${String(invoke.src)}'`),
    ];
  if (invoke || nodes.some((node) => takes(node, `xstate.done.actor.${run.id}`))) return [];
  return [mapping(`no active state of this version takes the answer of ${name} (id '${run.id}')`)];
}

function misfitOfObligation({ saga }: Fitting, one: Obligation): Misfit[] {
  const { kind, source, undo } = one;
  const opens = 'event' in source ? saga.events[source.event]?.opens : saga.steps[source.step]?.opens;
  const by = 'event' in source ? `event '${source.event}'` : `step '${source.step}'`;
  if (undo === undefined) return [];
  if (!saga.steps[undo]) return [mapping(`'${undo}', which undoes '${kind}', is no step of this version`)];
  // What an undo found, a refund for a void, is undone by what it names; its contract is asked all the same.
  return opens?.undoInput ? [] : [mapping(`${by} doesn't say any more how '${kind}' is undone`)];
}

function neverBegun(fitting: Fitting, node: AnyStateNode): Misfit[] {
  const { envelope } = fitting;
  return node.invoke.flatMap(({ id, src }) => {
    const isRunning =
      src === COMPENSATE
        ? envelope.compensation?.invokes.some((one) => one.id === id)
        : envelope.runs.some((run) => run.id === id && run.role === 'invoke' && !run.left);
    const begins = (before: string, path: string) => before.startsWith(`invoke ${path} `);
    if (isRunning || wasSettled(fitting, node, id, begins)) return [];
    return [
      unsafe(`'${pathOf(node)}' begins '${String(src)}' when it is entered, and this saga is past that`),
    ];
  });
}

function neverArmed(fitting: Fitting, node: AnyStateNode): Misfit[] {
  const { envelope } = fitting;
  const ids = new Set(node.after.map(({ eventType }) => eventType));
  return [...ids].flatMap((id) => {
    if (envelope.timers.some((timer) => timer.id === id)) return [];
    const [, delay = id] = /^xstate\.after\.([^.]+)\./.exec(id) ?? [];
    const arms = (before: string, path: string) =>
      before.startsWith(`on ${path} `) && before.includes(':xstate.after.');
    if (wasSettled(fitting, node, `timer:${id}`, arms)) return [];
    return [
      mapping(
        `'${pathOf(node)}' arms '${delay}' when it is entered, and this saga is past that; say so in 'arm'`,
      ),
    ];
  });
}

/** It had begun, and ended, in this same state before, whatever that was called. */
function wasSettled(
  { envelope, leaves, structureBefore }: Fitting,
  node: AnyStateNode,
  visit: string,
  isOfState: (line: string, path: string) => boolean,
): boolean {
  const path = pathOf(node);
  const before = path === '.' ? path : leaves.flatMap((leaf) => pathBefore(leaf, path) ?? []).at(0);
  if (before === undefined || !Object.hasOwn(envelope.visits, visit)) return false;
  return structureBefore === undefined || structureBefore.some((line) => isOfState(line, before));
}

/** What a state was called of which a leaf is active: the leaf's way down from it is the same. */
function pathBefore(
  leaf: { readonly before: string; readonly after: string },
  path: string,
): string | undefined {
  if (leaf.after === path) return leaf.before;
  const below = leaf.after.startsWith(`${path}.`) ? leaf.after.slice(path.length) : undefined;
  return below !== undefined && leaf.before.endsWith(below) ? leaf.before.slice(0, -below.length) : undefined;
}

function strayTimers({ saga, envelope, nodes }: Fitting): Misfit[] {
  return envelope.timers.flatMap(({ id, event }) => {
    const isTaken = nodes.some((node) => takes(node, event.type));
    const isRaised = !event.type.startsWith('xstate.') && saga.machine.events.includes(event.type);
    if (isTaken || isRaised) return [];
    return [
      mapping(`no active state of this version waits for the timer '${id}'; map it, or null, in 'timers'`),
    ];
  });
}

function strayCompensation({ envelope, nodes }: Fitting): Misfit[] {
  const invoked = new Set(
    nodes.flatMap((node) => node.invoke.flatMap(({ id, src }) => (src === COMPENSATE ? id : []))),
  );
  return (envelope.compensation?.invokes ?? []).flatMap(({ id }) =>
    invoked.has(id) ? [] : [mapping(`it is undoing for '${id}', and no active state of this version is`)],
  );
}

function unknownEvents({ saga, envelope }: Fitting): Misfit[] {
  const waiting = [
    ...envelope.deferred.map(({ event }) => event.type),
    ...envelope.kept.flatMap(({ cause }) => eventTypeOf(cause)),
  ];
  return [...new Set(waiting)].flatMap((type) =>
    Object.hasOwn(saga.events, type)
      ? []
      : [mapping(`an event '${type}' waits, which is no public event of this version; map it in 'events'`)],
  );
}

function eventTypeOf(cause: Json): string[] {
  const { type, event } = cause as JsonObject;
  return type === 'event' ? [String((event as JsonObject)['type'])] : [];
}

/** Whether a state has a transition for the event type, wildcards included. */
function takes(node: AnyStateNode, type: string): boolean {
  return [...node.transitions.keys()].some(
    (key) => key === type || key === '*' || (key.endsWith('.*') && type.startsWith(key.slice(0, -1))),
  );
}

function kindsOf(ids: readonly string[]): string {
  return ids.map((id) => id.split(':')[0]).join();
}

function pathOf(node: AnyStateNode): string {
  return node.path.length === 0 ? '.' : node.path.join('.');
}

function mapping(message: string): Misfit {
  return { kind: 'mapping', message };
}

function unsafe(message: string): Misfit {
  return { kind: 'unsafe', message };
}
