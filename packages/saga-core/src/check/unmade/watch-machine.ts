import { type AnyStateMachine, StateMachine } from 'xstate';
import type { AnySaga } from '../../saga-definition.js';
import {
  type Builtin,
  type Config,
  describeAsked,
  isBare,
  isConfig,
  OWN_CODE,
  withCreators,
} from './enqueued-actions.js';
import type { MachineArguments } from './machine-arguments.js';
import { placeOf, SOURCE } from './place-of.js';
import { CONTEXT, inputOf, paramsOf, RAISED, STATE_OUTPUT } from './saga-spots.js';
import { Site } from './site.js';
import { unwatched } from './unwatched.js';
import type { Collected, ValueFlow } from './value-flow.js';
import {
  type Code,
  type Outcome,
  onWatched,
  type WatchedArguments,
  watchCalls,
  watchCode,
} from './watch-code.js';
import type { Spot } from './watch-value.js';

/** What of a configuration holds names and data, and no code of the machine. */
const DATA = ['src', 'context', 'types', 'schemas', 'id', 'tags', 'description'];
/** What of a configuration holds parts under names of the author's. */
const NAMED = ['states', 'on', 'after'];
/** Stands in a place before the turn of what an action enqueues. */
const ENQUEUED = 'enqueued';
/** Actions that change nothing in a saga. */
const WITHOUT_CONSEQUENCES = ['xstate.emit', 'xstate.log'];

/** Where a part stands in what it is a part of: keys, and the place in a list as `1/2`. */
type At = readonly string[];

/** What is to come of a saga's machine. */
export interface MachineWatch {
  readonly given: MachineArguments;
  /** Whether guards decide; where they answer both ways, they are left alone. */
  readonly asksGuards: boolean;
  /** What of a delay makes a difference. */
  readonly ofDelay: (delay: unknown) => string;
}

/**
 * A copy of a saga's machine whose functions are watched: what they read, and where what they make of it goes, to the
 * context or into the input of a step. All else that a function says decides something.
 */
export function watchMachine(
  { machine, steps }: AnySaga,
  flow: ValueFlow,
  watch: MachineWatch,
): AnyStateMachine {
  const { asksGuards } = watch;
  const copy = new Watcher(flow, watch, new Set(Object.keys(steps)));
  const { config, implementations } = machine;
  const watched: unknown = { ...(copy.part(config, []) as Config), context: copy.start(config.context) };
  return new StateMachine(
    watched as typeof config,
    {
      ...implementations,
      actions: copy.named(implementations.actions, ['actions']),
      guards: asksGuards ? copy.named(implementations.guards, ['guards']) : implementations.guards,
      delays: copy.delays(implementations.delays),
    } as typeof implementations,
  ) as AnyStateMachine;
}

class Watcher {
  readonly #flow: ValueFlow;
  readonly #watch: MachineWatch;
  readonly #steps: ReadonlySet<string>;

  constructor(flow: ValueFlow, watch: MachineWatch, steps: ReadonlySet<string>) {
    this.#flow = flow;
    this.#watch = watch;
    this.#steps = steps;
  }

  get #asksGuards(): boolean {
    return this.#watch.asksGuards;
  }

  start(context: unknown): unknown {
    return isPlainCode(context) ? this.#watched(context, ['context'], { to: CONTEXT }) : context;
  }

  named(parts: unknown, at: At): unknown {
    return isConfig(parts)
      ? mapValues(parts, (one, key) => this.part(one, [...at, key]))
      : this.part(parts, at);
  }

  /** How long it is makes no difference to which timer can fire, but may to whether it can be armed. */
  delays(delays: unknown): unknown {
    if (!isConfig(delays)) return delays;
    const { ofDelay } = this.#watch;
    return mapValues(delays, (delay, key) =>
      isPlainCode(delay) ? this.#watched(delay, ['delays', key], { answerOf: ofDelay }, true) : delay,
    );
  }

  part(value: unknown, at: At): unknown {
    if (Array.isArray(value))
      return value.map((one, index) => this.part(one, [...at, `${index + 1}/${value.length}`]));
    if (isPlainCode(value)) return this.#watched(value, at);
    if (typeof value === 'function') return this.#builtin(value as Builtin, at);
    if (!isConfig(value)) return value;
    const { src } = value;
    const here = at.includes('invoke') && typeof src === 'string' ? [...at, `${SOURCE}${src}`] : at;
    return mapValues(value, (inner, key) => this.#under(key, inner, value, [...here, key]));
  }

  #under(key: string, inner: unknown, { type, src }: Config, at: At): unknown {
    if (DATA.includes(key) || (key === 'guard' && !this.#asksGuards)) return inner;
    if (NAMED.includes(key)) return this.named(inner, at);
    if (!isPlainCode(inner)) return key === 'params' ? unwatched(inner) : this.part(inner, at);
    if (key === 'params') return this.#watched(inner, at, { to: this.#takerOf(type) });
    if (key === 'output') return this.#watched(inner, at, { to: STATE_OUTPUT });
    return this.#watched(inner, at, key === 'input' ? { to: spotOfStep(src) } : {});
  }

  /** Where the parameters of an action or a guard stand then. */
  #takerOf(type: unknown): Spot | undefined {
    if (typeof type !== 'string') return undefined;
    return this.#steps.has(type) ? inputOf(type) : paramsOf(type);
  }

  /** Of what XState makes: its own code is left alone, and what the author gave it is watched. */
  #builtin(action: Builtin, at: At): unknown {
    const { type, src } = action;
    if ('check' in action && !this.#asksGuards) return action;
    this.#noteSpawned(action);
    if (WITHOUT_CONSEQUENCES.includes(String(type)))
      return Object.assign(
        () => undefined,
        mapValues({ ...action }, (inner) => unwatched(inner)),
      );
    const changed = mapValues({ ...action }, (inner, key) => {
      const here = [...at, key];
      if (OWN_CODE.includes(key)) return inner;
      if (key === 'collect') return this.#collecting(inner as Code, at);
      if (key === 'assignment') return this.#assignment(inner, here);
      if (key === 'input' && isPlainCode(inner)) return this.#watched(inner, here, { to: spotOfStep(src) });
      if (key === 'event' && isPlainCode(inner)) return this.#telling(inner, here);
      if (typeof inner === 'function' || Array.isArray(inner)) return this.part(inner, here);
      // What is enqueued may hold what is watched.
      return this.#flow.decide(() => inner);
    });
    return Object.assign(() => undefined, changed);
  }

  #assignment(assignment: unknown, at: At): unknown {
    if (isPlainCode(assignment)) return this.#watched(assignment, at, { to: CONTEXT });
    if (!isConfig(assignment)) return assignment;
    return mapValues(assignment, (one, key) =>
      isPlainCode(one)
        ? this.#watched(one, [...at, key], { to: { subject: CONTEXT.subject, path: [key] } })
        : unwatched(one),
    );
  }

  /** Which event it tells the machine decides something, and what is in it is handed on. */
  #telling(code: Code, at: At): Code {
    const by = this.#site(at, code);
    by.decides = true;
    by.collects = true;
    const manner = this.#manner(at);
    const { interestIn } = manner;
    const plainly = (args: readonly unknown[]) => code(...args);
    const call = (args: readonly unknown[]) => {
      let event: unknown;
      this.#flow.collect(() => {
        event = onWatched(plainly, manner, args);
        return { asked: describeAsked([event]), gifts: [{ to: RAISED, value: event }] };
      }, by);
      return unwatched(event);
    };
    return watchCalls(this.#flow, by, { interestIn, call, plainly });
  }

  /** What it enqueues is watched as well. Whether it does may depend on all that it reads. */
  #collecting(collect: Code, at: At): Code {
    const by = this.#site(at, collect);
    by.decides = true;
    by.collects = true;
    const manner = this.#manner(at);
    const { interestIn } = manner;
    /** What it asks for. */
    const askedBy = ([args, ...more]: readonly unknown[]) => {
      const { check } = args as { readonly check: Code };
      const asked: unknown[] = [];
      const own = {
        enqueue: withCreators((one) => asked.push(one)),
        check: (guard: unknown) => check(this.#asksGuards ? this.part(guard, [...at, 'guard']) : guard),
      };
      collect({ ...(args as Config), ...own }, ...more);
      return asked;
    };
    const enqueue = ([args]: readonly unknown[], asked: readonly unknown[]) => {
      for (const [index, one] of asked.entries()) {
        this.#noteSpawned(one);
        (args as { readonly enqueue: Code }).enqueue(
          isBare(one) ? one : this.part(one, [...at, ENQUEUED, `${index}`]),
        );
      }
    };
    const call = (args: readonly unknown[]) =>
      this.#flow.collect((): Collected => {
        const asked = onWatched(askedBy, manner, args);
        if (!this.#flow.isTrying) enqueue(args, asked);
        const parts = asked.map((one) => (typeof one === 'function' ? { ...one } : one));
        return { asked: describeAsked(parts), gifts: parts.flatMap((one) => this.#giftsOf(one)) };
      }, by);
    const plainly = (args: readonly unknown[]) => enqueue(args, askedBy(args));
    return watchCalls(this.#flow, by, { interestIn, call, plainly });
  }

  #noteSpawned(one: unknown): void {
    if (typeof one !== 'function') return;
    const { type, id, src } = one as Builtin;
    if (type === 'xstate.spawnChild' && typeof id === 'string' && typeof src === 'string')
      this.#watch.given.noteChild(id, src);
  }

  /** Where what is enqueued leaves what it holds. */
  #giftsOf(one: unknown): Collected['gifts'][number][] {
    if (!isConfig(one)) return [];
    const { type, src, input, params, assignment, event } = one;
    if (type === 'xstate.raise') return typeof event === 'function' ? [] : [{ to: RAISED, value: event }];
    if (type === 'xstate.assign' && isConfig(assignment))
      return Object.entries(assignment).flatMap(([key, value]) =>
        typeof value === 'function' ? [] : [{ to: { subject: CONTEXT.subject, path: [key] }, value }],
      );
    const isSpawn = type === 'xstate.spawnChild';
    const to = isSpawn ? spotOfStep(src) : this.#takerOf(type);
    const value = isSpawn ? input : params;
    return to && value !== undefined && typeof value !== 'function' ? [{ to, value }] : [];
  }

  #watched(code: Code, at: At, outcome: Outcome = {}, isLenient = false): Code {
    return watchCode(this.#flow, this.#site(at, code, isLenient), code, this.#manner(at), outcome);
  }

  /** How the arguments of what stands there are watched. */
  #manner(at: At): WatchedArguments {
    const params = paramsAt(at);
    const { given } = this.#watch;
    return {
      interestIn: (args) => this.#interestIn(args, params),
      watch: ([args, ...more]) => [given.watch(args), ...this.#watchedParams(more, params)],
    };
  }

  #interestIn([args, ...more]: readonly unknown[], params: Spot | undefined): number {
    const { given } = this.#watch;
    const ofParams = params && more.length > 0 ? this.#flow.interestIn(params.subject, more[0]) : 0;
    return Math.max(given.interestIn(args), ofParams);
  }

  /** What a guard or an action was given under its name. */
  #watchedParams(more: readonly unknown[], spot: Spot | undefined): readonly unknown[] {
    const [params, ...others] = more;
    return spot && more.length > 0 ? [this.#flow.watch(params, spot), ...others] : more;
  }

  #site(at: At, code: unknown, isLenient = false): Site {
    return this.#flow.site(at.join('\u0001'), (place) => new Site(place, placeOf(at), code, isLenient));
  }
}

/** What is given to what stands under a name. */
function paramsAt(at: At): Spot | undefined {
  const [kind, name] = at;
  const isNamed = kind === 'actions' || kind === 'guards';
  return isNamed && name !== undefined && !at.includes(ENQUEUED) ? paramsOf(name) : undefined;
}

function spotOfStep(step: unknown): Spot | undefined {
  return typeof step === 'string' ? inputOf(step) : undefined;
}

function isPlainCode(value: unknown): value is Code {
  return typeof value === 'function' && !('resolve' in value) && !('check' in value);
}

function mapValues(record: object, how: (value: unknown, key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, how(value, key)]));
}
