import { type AnyStateMachine, StateMachine } from 'xstate';

/** A guard that is code, as XState calls it. */
type GuardCode = (
  args: { readonly context: unknown; readonly event: { readonly type: string } },
  params: unknown,
) => boolean;

/** Answers for a guard. `name` tells it from others, `called` is what people call it. */
export type Guess = (name: string, called: string) => GuardCode;

/** What guards without a name are called. */
const NAMELESS = 'a condition';

/**
 * A copy of the machine whose guards are guessed wherever they are code: on transitions, by name or inline, within
 * `and`, `or` and `not`, and where `enqueueActions` checks them. `stateIn` is left to XState, which knows.
 */
export function guessMachine(machine: AnyStateMachine, guess: Guess): AnyStateMachine {
  const copy = new Guesser(guess);
  const { implementations, config } = machine;
  const guards = mapValues(implementations.guards, (guard, name) => copy.guard(guard, name));
  const actions = mapValues(implementations.actions, (action) => copy.actions(action));
  return new StateMachine(
    copy.node(config) as typeof config,
    { ...implementations, guards, actions } as typeof implementations,
  ) as AnyStateMachine;
}

/** A part of a machine's configuration. */
type Config = Readonly<Record<string, unknown>>;

/** Copies a machine's configuration, part by part: what is called `guard` in a user's own data is none. */
class Guesser {
  readonly #guess: Guess;
  readonly #names = new Map<unknown, string>();
  #collects = 0;

  constructor(guess: Guess) {
    this.#guess = guess;
  }

  node(config: unknown): unknown {
    if (!isConfig(config)) return config;
    const transitions = (value: unknown) => this.#transitions(value);
    const actions = (value: unknown) => this.actions(value);
    return {
      ...config,
      ...change(config, 'states', (states) => mapConfig(states, (one) => this.node(one))),
      ...change(config, 'on', (on) => mapConfig(on, transitions)),
      ...change(config, 'after', (after) => mapConfig(after, transitions)),
      ...change(config, 'always', transitions),
      ...change(config, 'onDone', transitions),
      ...change(config, 'entry', actions),
      ...change(config, 'exit', actions),
      ...change(config, 'initial', transitions),
      ...change(config, 'invoke', (invoke) => this.#invoke(invoke)),
    };
  }

  guard(guard: unknown, called = NAMELESS): unknown {
    if (typeof guard !== 'function') return guard;
    if (!('check' in guard)) {
      const name = this.#names.get(guard) ?? `${this.#names.size}`;
      this.#names.set(guard, name);
      return this.#guess(name, called);
    }
    if (!('guards' in guard) || !Array.isArray(guard.guards)) return guard;
    return Object.assign(() => false, guard, { guards: guard.guards.map((one) => this.guard(one)) });
  }

  actions(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.actions(one));
    if (typeof value !== 'function' || !('collect' in value)) return value;
    const name = `enqueueActions ${this.#collects}`;
    this.#collects += 1;
    return this.#collecting(value as CollectingAction, name);
  }

  #invoke(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#invoke(one));
    if (!isConfig(value)) return value;
    const transitions = (one: unknown) => this.#transitions(one);
    return {
      ...value,
      ...change(value, 'onDone', transitions),
      ...change(value, 'onError', transitions),
      ...change(value, 'onSnapshot', transitions),
    };
  }

  #transitions(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#transitions(one));
    if (!isConfig(value)) return value;
    return {
      ...value,
      ...change(value, 'guard', (guard) => this.guard(guard)),
      ...change(value, 'actions', (actions) => this.actions(actions)),
    };
  }

  /** Its code is run as it is, but what it checks is guessed. */
  #collecting(action: CollectingAction, name: string): CollectingAction {
    const collect: CollectingAction['collect'] = (args, params) => {
      let checks = 0;
      const check = (guard: unknown) => {
        checks += 1;
        // Such a function is made anew each time: it is told by its turn.
        const isInline = typeof guard === 'function' && !('check' in guard);
        return args.check(isInline ? this.#guess(`${name} ${checks}`, NAMELESS) : this.guard(guard));
      };
      let nested = 0;
      const enqueue = Object.assign((one: unknown) => {
        nested += 1;
        args.enqueue(isCollecting(one) ? this.#collecting(one, `${name} within ${nested}`) : one);
      }, args.enqueue);
      action.collect({ ...args, check, enqueue }, params);
    };
    return Object.assign(() => undefined, action, { collect });
  }
}

/** What XState's `enqueueActions` makes. */
interface CollectingAction {
  (): void;
  readonly collect: (
    args: { readonly check: (guard: unknown) => boolean; readonly enqueue: (action: unknown) => void },
    params: unknown,
  ) => void;
}

function isCollecting(action: unknown): action is CollectingAction {
  return typeof action === 'function' && 'collect' in action;
}

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function change(config: Config, key: string, how: (value: unknown) => unknown): Config {
  return config[key] === undefined ? {} : { [key]: how(config[key]) };
}

function mapConfig(value: unknown, how: (one: unknown) => unknown): unknown {
  return isConfig(value) ? mapValues(value, how) : value;
}

function mapValues(record: object, how: (value: unknown, key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, how(value, key)]));
}
