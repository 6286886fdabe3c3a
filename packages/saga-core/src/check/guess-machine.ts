import { type AnyStateMachine, StateMachine } from 'xstate';
import type { GuardCode } from './answer-by-failure.js';
import { GuardNames, whichOf } from './guard-names.js';

/** Answers for a guard. `name` tells it from others, `called` is what people call it, `code` is the guard itself. */
export type Guess = (name: string, called: string, code: GuardCode) => GuardCode;

/**
 * A copy of the machine whose guards are guessed wherever they are code: on transitions, by name or inline, within
 * `and`, `or` and `not`, and where `enqueueActions` checks them. `stateIn` is left to XState, which knows.
 */
export function guessMachine(machine: AnyStateMachine, guess: Guess): AnyStateMachine {
  const copy = new Guesser(guess);
  const { implementations, config } = machine;
  const guards = mapValues(implementations.guards, (guard, name) => copy.named(guard, name));
  const actions = mapValues(implementations.actions, (action, name) =>
    copy.actions(action, `the action ${name}`),
  );
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
  readonly #called = new GuardNames();
  #collects = 0;

  constructor(guess: Guess) {
    this.#guess = guess;
  }

  node(config: unknown, path: readonly string[] = []): unknown {
    if (!isConfig(config)) return config;
    const where = path.length === 0 ? 'at the top' : `in ${path.join('.')}`;
    const transitions = (what: string) => (value: unknown) => this.#transitions(value, `${what} ${where}`);
    const actions = (what: string) => (value: unknown) => this.actions(value, `${what} ${where}`);
    const states = (value: unknown) => mapConfig(value, (one, key) => this.node(one, [...path, key]));
    const on = (value: unknown) => mapConfig(value, (one, type) => transitions(type)(one));
    const after = (value: unknown) => mapConfig(value, (one, delay) => transitions(`after ${delay}`)(one));
    return {
      ...config,
      ...change(config, 'states', states),
      ...change(config, 'on', on),
      ...change(config, 'after', after),
      ...change(config, 'always', transitions('always')),
      ...change(config, 'onDone', transitions('onDone')),
      ...change(config, 'entry', actions('the entry')),
      ...change(config, 'exit', actions('the exit')),
      ...change(config, 'initial', transitions('initial')),
      ...change(config, 'invoke', (invoke) => this.#invoke(invoke, where)),
    };
  }

  /** A guard that the machine has under a name. */
  named(guard: unknown, name: string): unknown {
    return this.#guard(guard, () => this.#called.own(guard, name), name);
  }

  /** @param where - where the actions stand: `the entry in waiting` */
  actions(value: unknown, where: string): unknown {
    if (Array.isArray(value)) return value.map((one) => this.actions(one, where));
    if (typeof value !== 'function' || !('collect' in value)) return value;
    const name = `enqueueActions ${this.#collects}`;
    this.#collects += 1;
    return this.#collecting(value as CollectingAction, name, where);
  }

  /** A guard that stands where it is asked; `place` says where that is. */
  #inline(guard: unknown, place: string): unknown {
    return this.#guard(guard, (code) => this.#called.of(code, place), place);
  }

  /** @param place - what the guards within it are called by */
  #guard(guard: unknown, calledOf: (code: GuardCode) => string, place: string): unknown {
    if (typeof guard !== 'function') return guard;
    if (!('check' in guard)) {
      const name = this.#names.get(guard) ?? `${this.#names.size}`;
      this.#names.set(guard, name);
      const code = guard as GuardCode;
      return this.#guess(name, calledOf(code), code);
    }
    if (!('guards' in guard) || !Array.isArray(guard.guards)) return guard;
    const parts: readonly unknown[] = guard.guards;
    const guards = parts.map((one, index) =>
      this.#inline(one, `${place}, within ${guard.name}${whichOf(index, parts.length)}`),
    );
    return Object.assign(() => false, guard, { guards });
  }

  #invoke(value: unknown, where: string): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#invoke(one, where));
    if (!isConfig(value)) return value;
    const transitions = (key: string) =>
      change(value, key, (one) => this.#transitions(one, `${key} of ${String(value['src'])} ${where}`));
    return {
      ...value,
      ...transitions('onDone'),
      ...transitions('onError'),
      ...transitions('onSnapshot'),
    };
  }

  /** @param which - of several transitions, which: ` (1st of 2)` */
  #transitions(value: unknown, where: string, which = ''): unknown {
    if (Array.isArray(value))
      return value.map((one, index) => this.#transitions(one, where, whichOf(index, value.length)));
    if (!isConfig(value)) return value;
    return {
      ...value,
      ...change(value, 'guard', (guard) => this.#inline(guard, `the guard of ${where}${which}`)),
      ...change(value, 'actions', (actions) => this.actions(actions, `the actions of ${where}${which}`)),
    };
  }

  /** Its code is run as it is, but what it checks is guessed. */
  #collecting(action: CollectingAction, name: string, where: string): CollectingAction {
    const collect: CollectingAction['collect'] = (args, params) => {
      let checks = 0;
      const check = (guard: unknown) => {
        checks += 1;
        const place = `check ${checks} of ${where}`;
        // Such a function is made anew each time: it is told by its turn.
        const isInline = typeof guard === 'function' && !('check' in guard);
        return args.check(
          isInline ? this.#guess(`${name} ${checks}`, place, guard as GuardCode) : this.#inline(guard, place),
        );
      };
      let nested = 0;
      const enqueue = Object.assign((one: unknown) => {
        nested += 1;
        args.enqueue(isCollecting(one) ? this.#collecting(one, `${name} within ${nested}`, where) : one);
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

function mapConfig(value: unknown, how: (one: unknown, key: string) => unknown): unknown {
  return isConfig(value) ? mapValues(value, how) : value;
}

function mapValues(record: object, how: (value: unknown, key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, how(value, key)]));
}
