import type { AnyStateNode, InspectionEvent } from 'xstate';
import { inertScope } from '../../inert-scope.js';
import { actionsOf, allNodes } from '../../machine-nodes.js';
import { nearestName } from '../../nearest-name.js';
import type { AnySaga } from '../../saga-definition.js';
import { matches } from '../match-event.js';
import type { Found, Rule } from '../rule.js';

/** A transition waits for an event that nobody can send. */
export const eventFromNobody: Rule = {
  code: 'event-from-nobody',
  title: 'A transition on an event that nobody sends',
  explanation:
    'Only public events come from outside; all others are made by XState, of steps and timers, or raised by the ' +
    "machine itself. This event is none of these, so its transition is never taken: it is misspelt, or isn't among " +
    'the events of the saga.',
  mend: 'write the event as the public one is called, declare it among the events, or take the transition out',
  saysNever: true,
  onSaga: (saga) => (raisesByCode(saga) ? [] : fromNobody(saga, new Set())),
  inspect: (saga) => {
    if (!raisesByCode(saga)) return {};
    // Which events code raises shows only where they are taken.
    const taken = new Set<string>();
    inertScope(saga.machine).system.inspect((event: InspectionEvent) => {
      if (event.type === '@xstate.microstep') taken.add(event.event.type);
    });
    return { atEnd: () => fromNobody(saga, taken) };
  },
};

function fromNobody(saga: AnySaga, taken: ReadonlySet<string>): Found[] {
  const events = Object.keys(saga.events);
  const sent = [...events, ...raisedBy(saga), ...taken];
  const where = new Map<string, string[]>();
  for (const node of allNodes(saga.machine))
    for (const descriptor of node.transitions.keys()) {
      const isKnown = descriptor.startsWith('xstate.') || sent.some((type) => matches(descriptor, type));
      if (!isKnown) where.set(descriptor, [...(where.get(descriptor) ?? []), pathOf(node)]);
    }
  return [...where].map(([descriptor, paths]) => {
    const meant = nearestName(descriptor, events);
    const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
    return {
      subject: descriptor,
      message: `${descriptor} in ${paths.join(', ')} is no public event, and the machine never raises it${hint}`,
    };
  });
}

/** The events that the machine raises by name. */
function raisedBy(saga: AnySaga): string[] {
  return raises(saga).flatMap(({ event }) => (typeOf(event) === undefined ? [] : [String(typeOf(event))]));
}

/** Whether the machine has code that may raise any event. */
function raisesByCode(saga: AnySaga): boolean {
  return (
    everyAction(saga).some((action) => typeof action === 'function' && 'collect' in action) ||
    raises(saga).some(({ event }) => typeOf(event) === undefined)
  );
}

function raises(saga: AnySaga): { readonly event: unknown }[] {
  return everyAction(saga).flatMap((action) =>
    typeof action === 'function' && 'type' in action && action.type === 'xstate.raise' && 'event' in action
      ? [action]
      : [],
  );
}

function everyAction({ machine }: AnySaga): unknown[] {
  return [...Object.values(machine.implementations.actions), ...allNodes(machine).flatMap(actionsOf)];
}

function typeOf(event: unknown): string | undefined {
  return typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : undefined;
}

function pathOf({ path, id }: AnyStateNode): string {
  return path.join('.') || id;
}
