import { COMPENSATE } from './compensate.js';
import { allNodes } from './machine-nodes.js';
import type { AnySaga } from './saga-definition.js';

/** What sets a transition off. `finished`: the states inside of a state are over; `always`: nothing has to happen. */
export interface Trigger {
  readonly kind: 'event' | 'override' | 'timer' | 'done' | 'failed' | 'finished' | 'always';
  /** The event's type, the delay's name, the step's name, or the state's path; empty for `always`. */
  readonly name: string;
}

/** What sets off a transition with this type of event, as XState names it. */
export function triggerOf(saga: AnySaga, eventType: string): Trigger {
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(eventType) ?? [];
  if (delay !== undefined) return { kind: 'timer', name: delay };
  const [, how, actor] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType) ?? [];
  if (how !== undefined && actor !== undefined) {
    return { kind: how === 'done' ? 'done' : 'failed', name: stepNamed(saga, actor) };
  }
  const [, state] = /^xstate\.done\.state\.(.+)$/.exec(eventType) ?? [];
  if (state !== undefined) {
    const own = `${saga.machine.id}.`;
    return { kind: 'finished', name: state.startsWith(own) ? state.slice(own.length) : state };
  }
  if (eventType === '') return { kind: 'always', name: '' };
  return { kind: eventType === saga.override ? 'override' : 'event', name: eventType };
}

/** A trigger as people read it: `PAY`, `after RESERVATION_TTL`, `reserveStock done`, `at once`. */
export function describeTrigger({ kind, name }: Trigger): string {
  if (kind === 'timer') return `after ${name}`;
  if (kind === 'done' || kind === 'failed') return `${name} ${kind}`;
  if (kind === 'finished') return `${name} finished`;
  return kind === 'always' ? 'at once' : name;
}

/** The step behind an invoke id; a spawned one is known by the first word of its id (`capture.*`). */
function stepNamed(saga: AnySaga, actorId: string): string {
  const invoked = allNodes(saga.machine)
    .flatMap((node) => node.invoke)
    .find(({ id }) => id === actorId);
  if (invoked) return String(invoked.src);
  const word = actorId.split('.')[0] ?? actorId;
  return word === COMPENSATE || saga.steps[word] ? word : actorId.replace(/\.\*$/, '');
}
