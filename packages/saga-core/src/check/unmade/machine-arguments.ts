import { allNodes } from '../../machine-nodes.js';
import type { AnySaga } from '../../saga-definition.js';
import { CONTEXT, eventOf, failureOf, INPUT, outputOf, RAISED, STATE_OUTPUT } from './saga-spots.js';
import type { ValueFlow } from './value-flow.js';
import type { Spot } from './watch-value.js';

interface Event {
  readonly type: string;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly input?: unknown;
  readonly actorId?: unknown;
}

/** A part of an event; `event`: all of it. */
type Key = 'input' | 'output' | 'error' | 'event';

const DONE_STATE = 'xstate.done.state.';

/** What XState gives a function of the machine: context, event, and at the start the input. */
export class MachineArguments {
  readonly #flow: ValueFlow;
  readonly #events: ReadonlyMap<string, Spot>;
  readonly #steps: readonly string[];
  readonly #stepOfOutput = new WeakMap<object, string>();
  readonly #stepsOfChild = new Map<string, Set<string>>();
  readonly #failures = new Map<string, Spot>();
  readonly #joined = new Set<string>();
  readonly #keys = new Map<string, { readonly key: Key | undefined }>();
  #anyOutput: Spot | undefined;

  constructor({ machine, steps, events }: AnySaga, flow: ValueFlow) {
    this.#flow = flow;
    this.#steps = Object.keys(steps);
    this.#events = new Map(Object.keys(events).map((type) => [type, eventOf(type)]));
    // The machine may tell itself what others tell it.
    for (const said of this.#events.values()) flow.join(said, RAISED);
    for (const { invoke } of allNodes(machine))
      for (const { id, src } of invoke) if (typeof src === 'string') this.noteChild(id, src);
  }

  /** Remembers which step a child of the machine is. */
  noteChild(id: string, step: string): void {
    const steps = this.#stepsOfChild.get(id) ?? new Set();
    if (steps.has(step)) return;
    this.#stepsOfChild.set(id, steps.add(step));
    this.#failures.clear();
  }

  /** Remembers which step gave an output. */
  noteOutput(step: string, output: unknown): void {
    if (typeof output === 'object' && output !== null) this.#stepOfOutput.set(output, step);
  }

  /** What there is of interest in them, as a number that grows: 0 where there is nothing. */
  interestIn(args: unknown): number {
    if (typeof args !== 'object' || args === null) return 0;
    const { context, event } = args as { readonly context?: unknown; readonly event?: Event };
    const ofContext = context === undefined ? 0 : this.#flow.interestIn(CONTEXT.subject, context);
    const ofEvent = event === undefined ? 0 : this.#interestInEvent(event);
    const ofInput = 'input' in args ? this.#flow.interestIn(INPUT.subject, args.input) : 0;
    return Math.max(ofContext, ofEvent, ofInput);
  }

  /** The same arguments, watched. */
  watch(args: unknown): unknown {
    if (typeof args !== 'object' || args === null) return args;
    const given = args as Readonly<Record<string, unknown>>;
    const event = given['event'] as Event | undefined;
    return {
      ...given,
      ...('context' in given && { context: this.#flow.watch(given['context'], CONTEXT) }),
      ...('input' in given && { input: this.#flow.watch(given['input'], INPUT) }),
      ...(event && { event: this.#watchedEvent(event) }),
    };
  }

  #interestInEvent(event: Event): number {
    const key = this.#keyIn(event.type);
    const spot = key && this.#spotOf(key, event);
    return spot ? this.#flow.interestIn(spot.subject, valueIn(event, key)) : 0;
  }

  #watchedEvent(event: Event): unknown {
    const key = this.#keyIn(event.type);
    const spot = key && this.#spotOf(key, event);
    if (!spot || this.#interestInEvent(event) === 0) return event;
    const get = () => this.#flow.watch(valueIn(event, key), spot);
    if (key === 'event') return get();
    // Who asks for what is no object has read it.
    return Object.defineProperty({ ...event }, key, { get, enumerable: true, configurable: true });
  }

  /** Which part of such an event may be of interest. */
  #keyIn(type: string): Key | undefined {
    const known = this.#keys.get(type);
    if (known) return known.key;
    const key = this.#events.has(type) ? 'event' : keyOf(type);
    this.#keys.set(type, { key });
    return key;
  }

  #spotOf(key: Key, { type, output, actorId }: Event): Spot | undefined {
    switch (key) {
      case 'event':
        return this.#events.get(type) ?? RAISED;
      case 'output':
        return type.startsWith(DONE_STATE) ? STATE_OUTPUT : this.#outputsFrom(output);
      case 'error':
        return this.#failuresOf(String(actorId));
      case 'input':
        return INPUT;
    }
  }

  /** Of what is no object nobody knows whose it is: it may be any step's. */
  #outputsFrom(output: unknown): Spot | undefined {
    if (typeof output !== 'object' || output === null) {
      this.#anyOutput ??= this.#oneOf(this.#steps.map(outputOf));
      return this.#anyOutput;
    }
    const step = this.#stepOfOutput.get(output);
    return step === undefined ? undefined : outputOf(step);
  }

  /** Of one that nobody knows, any step's. */
  #failuresOf(child: string): Spot {
    const known = this.#failures.get(child);
    if (known) return known;
    const spot = this.#oneOf([...(this.#stepsOfChild.get(child) ?? this.#steps)].map(failureOf));
    this.#failures.set(child, spot);
    return spot;
  }

  /** What may stand at any of these. */
  #oneOf(spots: readonly Spot[]): Spot {
    const [first] = spots;
    if (first && spots.length === 1) return first;
    const any: Spot = { subject: spots.map(({ subject }) => subject).join(' or '), path: [] };
    if (!this.#joined.has(any.subject)) for (const spot of spots) this.#flow.join(any, spot);
    this.#joined.add(any.subject);
    return any;
  }
}

function keyOf(type: string): Key | undefined {
  if (!type.startsWith('xstate.')) return 'event';
  if (type.startsWith('xstate.done.actor.') || type.startsWith(DONE_STATE)) return 'output';
  if (type.startsWith('xstate.error.actor.')) return 'error';
  return type === 'xstate.init' ? 'input' : undefined;
}

function valueIn(event: Event, key: Key | undefined): unknown {
  return key === undefined || key === 'event' ? event : event[key];
}
