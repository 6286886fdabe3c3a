import { type AnyActorScope, type AnyStateMachine, createActor, fromTransition } from 'xstate';

/** An action as XState hands it to whoever executes it. */
export interface RawAction {
  readonly type: string;
  readonly params?: unknown;
}

/** Where a transition happens without anything happening: its actions are collected, and never executed. */
export interface InertScope {
  readonly scope: AnyActorScope;
  readonly actions: readonly RawAction[];
}

type Self = AnyActorScope['self'];

const selves = new WeakMap<AnyStateMachine, Self>();
const nothing = () => undefined;

/**
 * The scope of one transition. XState's own `transition()` makes an actor of the machine for each, which enters the
 * machine's initial state and throws it away: a third of the time. Here a machine has one actor that was never
 * started, of a logic that does nothing, and every transition borrows it as its `self`.
 */
export function inertScope(machine: AnyStateMachine): InertScope {
  const self = selves.get(machine) ?? makeSelf(machine);
  const actions: RawAction[] = [];
  const scope: AnyActorScope = {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    stopChild: nothing,
    emit: nothing,
    actionExecutor: (action) => {
      actions.push(action);
    },
  };
  return { scope, actions };
}

function makeSelf(machine: AnyStateMachine): Self {
  const self = createActor(fromTransition(nothing, undefined), { id: machine.id });
  // Children of all sagas meet in this one system: it must not remember them by their `systemId`.
  Object.assign(self.system, { _set: nothing });
  selves.set(machine, self);
  return self;
}
