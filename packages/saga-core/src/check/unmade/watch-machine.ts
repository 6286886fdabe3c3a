import {
  type AnyStateMachine,
  assign,
  cancel,
  emit,
  raise,
  StateMachine,
  sendParent,
  sendTo,
  spawnChild,
  stopChild,
} from 'xstate';
import type { AnySaga } from '../../saga-definition.js';
import type { ValueFlow } from './value-flow.js';
import type { Spot } from './watch-value.js';

/** A function of a machine's author: what it decides on, or makes, depends on its arguments. */
type Code = (...args: unknown[]) => unknown;
/** What XState's action and guard creators give: a function that is never called, with its parts. */
type Builtin = Code & Readonly<Record<string, unknown>>;
type Config = Readonly<Record<string, unknown>>;

/** What of a configuration holds names and data, and no code of the machine. */
const DATA = ['src', 'context', 'types', 'schemas', 'id', 'tags', 'description'];
/** What of a configuration holds parts under names of the author's. */
const NAMED = ['states', 'on', 'after'];
/** What of an action is XState's own code. */
const OWN_CODE = ['resolve', 'execute', 'retryResolve', 'check', 'src'];
/** Actions that change nothing in a saga. */
const WITHOUT_CONSEQUENCES = ['xstate.emit', 'xstate.log'];

/** How the arguments of a machine's functions are watched. */
type WatchArguments = (args: unknown) => unknown;

/**
 * A copy of a saga's machine whose functions are watched: what they read, and where what they make of it goes, to the
 * context or into the input of a step. All else that a function says decides something.
 *
 * @param asksGuards - whether guards decide; where they answer both ways, they are left alone
 */
export function watchMachine(
  { machine, steps }: AnySaga,
  flow: ValueFlow,
  watchArguments: WatchArguments,
  asksGuards: boolean,
): AnyStateMachine {
  const copy = new Watcher(flow, watchArguments, asksGuards, new Set(Object.keys(steps)));
  const { config, implementations } = machine;
  const watched: unknown = { ...(copy.part(config) as Config), context: copy.start(config.context) };
  return new StateMachine(
    watched as typeof config,
    {
      ...implementations,
      actions: copy.named(implementations.actions),
      guards: asksGuards ? copy.named(implementations.guards) : implementations.guards,
    } as typeof implementations,
  ) as AnyStateMachine;
}

class Watcher {
  readonly #flow: ValueFlow;
  readonly #watchArguments: WatchArguments;
  readonly #asksGuards: boolean;
  readonly #steps: ReadonlySet<string>;

  constructor(
    flow: ValueFlow,
    watchArguments: WatchArguments,
    asksGuards: boolean,
    steps: ReadonlySet<string>,
  ) {
    this.#flow = flow;
    this.#watchArguments = watchArguments;
    this.#asksGuards = asksGuards;
    this.#steps = steps;
  }

  start(context: unknown): unknown {
    return isPlainCode(context) ? this.#watched(context, { subject: 'context', path: [] }) : context;
  }

  named(parts: unknown): unknown {
    return isConfig(parts) ? mapValues(parts, (one) => this.part(one)) : this.part(parts);
  }

  part(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.part(one));
    if (isPlainCode(value)) return this.#watched(value, undefined);
    if (typeof value === 'function') return this.#builtin(value as Builtin);
    if (!isConfig(value)) return value;
    return mapValues(value, (inner, key) => this.#under(key, inner, value));
  }

  #under(key: string, inner: unknown, config: Config): unknown {
    if (DATA.includes(key) || (key === 'guard' && !this.#asksGuards)) return inner;
    if (NAMED.includes(key)) return this.named(inner);
    if (!isPlainCode(inner)) return this.part(inner);
    if (key === 'input') return this.#watched(inner, inputOf(config['src']));
    const { type } = config;
    const isOfStep = key === 'params' && typeof type === 'string' && this.#steps.has(type);
    return this.#watched(inner, isOfStep ? inputOf(type) : undefined);
  }

  /** Of what XState makes: its own code is left alone, and what the author gave it is watched. */
  #builtin(action: Builtin): unknown {
    const { type } = action;
    const isGuard = 'check' in action;
    if ((isGuard && !this.#asksGuards) || WITHOUT_CONSEQUENCES.includes(String(type))) return action;
    const changed = mapValues({ ...action }, (inner, key) => {
      if (OWN_CODE.includes(key)) return inner;
      if (key === 'collect') return this.#collecting(inner as Code);
      if (key === 'assignment') return this.#assignment(inner);
      if (key === 'input' && isPlainCode(inner)) return this.#watched(inner, inputOf(action['src']));
      if (typeof inner === 'function' || Array.isArray(inner)) return this.part(inner);
      // What is enqueued may hold what is watched.
      return this.#flow.decide(() => inner);
    });
    return Object.assign(() => undefined, changed);
  }

  #assignment(assignment: unknown): unknown {
    if (isPlainCode(assignment)) return this.#watched(assignment, { subject: 'context', path: [] });
    if (!isConfig(assignment)) return assignment;
    return mapValues(assignment, (one, key) =>
      isPlainCode(one) ? this.#watched(one, { subject: 'context', path: [key] }) : one,
    );
  }

  /** What it enqueues is watched as well. Whether it does may depend on all that it reads. */
  #collecting(collect: Code): Code {
    return (args, params) => {
      const { enqueue, check } = args as { readonly enqueue: Code; readonly check: Code };
      const put = (one: unknown) => enqueue(this.part(one));
      const creators = { assign, cancel, emit, raise, sendParent, sendTo, spawnChild, stopChild };
      const methods = mapValues(
        creators,
        (create) =>
          (...given: unknown[]) =>
            put((create as Code)(...given)),
      );
      const watched = {
        ...(this.#watchArguments(args) as Config),
        enqueue: Object.assign(put, methods),
        check: (guard: unknown) => check(this.#asksGuards ? this.part(guard) : guard),
      };
      return this.#flow.decide(() => collect(watched, params));
    };
  }

  #watched(code: Code, to: Spot | undefined): Code {
    return (args, ...more) => {
      const work = () => code(this.#watchArguments(args), ...more);
      return to ? this.#flow.bring(to, work) : this.#flow.decide(work);
    };
  }
}

function inputOf(step: unknown): Spot | undefined {
  return typeof step === 'string' ? { subject: `input of ${step}`, path: [] } : undefined;
}

function isPlainCode(value: unknown): value is Code {
  return typeof value === 'function' && !('resolve' in value) && !('check' in value);
}

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function mapValues(record: object, how: (value: unknown, key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, how(value, key)]));
}
