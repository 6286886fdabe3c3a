import { type AnyActorScope, type AnyStateMachine, createActor, fromTransition } from 'xstate';

/** An action as XState hands it to whoever executes it. */
export interface RawAction {
  readonly type: string;
  readonly params?: unknown;
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
  return new InertScope(selves.get(machine) ?? makeSelf(machine));
}

/** Where a transition happens without anything happening: its actions are collected, and never executed. */
class InertScope implements AnyActorScope {
  readonly actions: RawAction[] = [];
  readonly id = '';
  readonly sessionId = '';
  readonly logger = nothing;
  readonly defer = nothing;
  readonly stopChild = nothing;
  readonly emit = nothing;
  readonly system: AnyActorScope['system'];
  constructor(readonly self: Self) {
    this.system = self.system;
  }

  get actionExecutor(): AnyActorScope['actionExecutor'] {
    return collect;
  }

  /**
   * For each microstep XState puts a closure here that collects the actions once more, and takes it back. It stays
   * out: minor collections took such closures for alive, with all that they had seen, the actor of each child
   * included. For the same reason what is in its place is one function for all scopes.
   */
  set actionExecutor(_other: AnyActorScope['actionExecutor']) {}
}

/** XState calls it as a method of the scope. */
function collect(this: InertScope, action: RawAction): void {
  this.actions.push(action);
}

function makeSelf(machine: AnyStateMachine): Self {
  const self = createActor(fromTransition(nothing, undefined), { id: machine.id });
  // Children of all sagas meet in this one system: it must not remember them by their `systemId`.
  Object.assign(self.system, { _set: nothing });
  selves.set(machine, self);
  return self;
}
