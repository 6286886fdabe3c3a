import type { JsonObject } from '../../json.js';
import type { EventCloses, PublicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import type { StepContract } from '../../step.js';
import type { ValueFlow } from './value-flow.js';
import { watchMachine } from './watch-machine.js';
import type { Spot } from './watch-value.js';

/**
 * A copy of a saga that behaves alike, and whose functions are watched: those of the machine, of the steps' contracts
 * and of the public events. What nothing depends on is left alone: amounts, what is published, and guards that answer
 * both ways.
 *
 * @param asksGuards - whether guards are asked
 */
export function watchSaga(saga: AnySaga, flow: ValueFlow, asksGuards: boolean): AnySaga {
  const outputs = new Outputs(saga);
  const watchArguments = (args: unknown) => watchedArguments(args, saga, flow, outputs);
  return {
    ...saga,
    machine: watchMachine(saga, flow, watchArguments, asksGuards),
    steps: mapValues(saga.steps, (contract) => watchedContract(contract, flow, outputs)),
    events: mapValues(saga.events, (event, type) => watchedEvent(event, `event ${type}`, flow)),
  };
}

/** Remembers which step gave an output. */
class Outputs {
  readonly #steps: readonly string[];
  readonly #stepOf = new WeakMap<object, string>();

  constructor({ steps }: AnySaga) {
    this.#steps = Object.keys(steps);
  }

  note(step: string, output: unknown): void {
    if (typeof output === 'object' && output !== null) this.#stepOf.set(output, step);
  }

  /** Of what is no object nobody knows whose it is: it may be any step's. */
  spotsOf(output: unknown): Spot[] {
    if (typeof output !== 'object' || output === null) return this.#steps.map(outputOf);
    const step = this.#stepOf.get(output);
    return step === undefined ? [] : [outputOf(step)];
  }
}

function outputOf(step: string): Spot {
  return { subject: `output of ${step}`, path: [] };
}

/** What XState gives a function of the machine: context, event, and at the start the input. */
function watchedArguments(args: unknown, { events }: AnySaga, flow: ValueFlow, outputs: Outputs): unknown {
  if (typeof args !== 'object' || args === null) return args;
  const given = args as Readonly<Record<string, unknown>>;
  const event = given['event'] as (JsonObject & { readonly type: string }) | undefined;
  return {
    ...given,
    ...('context' in given && { context: flow.watch(given['context'], { subject: 'context', path: [] }) }),
    ...('input' in given && { input: flow.watch(given['input'], { subject: 'input', path: [] }) }),
    ...(event && { event: watchedHappening(event, flow, outputs, events[event.type] !== undefined) }),
  };
}

function watchedHappening(
  event: JsonObject & { readonly type: string },
  flow: ValueFlow,
  outputs: Outputs,
  isPublic: boolean,
): unknown {
  if (isPublic) return flow.watch(event, { subject: `event ${event.type}`, path: [] });
  if (event.type === 'xstate.init')
    return { ...event, input: flow.watch(event['input'], { subject: 'input', path: [] }) };
  if (!event.type.startsWith('xstate.done.actor.')) return event;
  const { output } = event;
  const spots = outputs.spotsOf(output);
  return {
    ...event,
    // Who asks for what is no object has read it.
    get output(): unknown {
      return spots.reduce<unknown>((_, spot) => flow.watch(output, spot), output);
    },
  };
}

interface Answer {
  readonly input: unknown;
  readonly output: unknown;
}

/** The contract, whose own functions are watched. Whose output it is, is noted where it is parsed. */
function watchedContract(contract: StepContract, flow: ValueFlow, outputs: Outputs): StepContract {
  const { name, opens, closes } = contract;
  const input: Spot = { subject: `input of ${name}`, path: [] };
  const watched = (answer: Answer): Answer => ({
    get input() {
      return flow.watch(answer.input, input);
    },
    // Some want to know whether it is asked for.
    get output() {
      return flow.watch(answer.output, outputOf(name));
    },
  });
  const watchInstance = (instance: (of: unknown) => string) => (of: unknown) =>
    flow.decide(() => instance(flow.watch(of, input)));
  const watchWhen = (when: (answer: Answer) => boolean) => (answer: Answer) =>
    flow.decide(() => when(watched(answer)));
  const { when, undo, undoInput } = opens ?? {};
  const toUndo: Spot = { subject: `input of ${undo}`, path: [] };
  return {
    ...contract,
    output: contract.output.transform((output: unknown) => {
      outputs.note(name, output);
      return output;
    }),
    opens: opens && {
      ...opens,
      instance: watchInstance(opens.instance),
      when: when && watchWhen(when),
      undoInput: undoInput && ((forward) => flow.bring(toUndo, () => undoInput(watched(forward)))),
    },
    closes: closes.map((one) => ({
      ...one,
      instance: watchInstance(one.instance),
      ...(one.when && { when: watchWhen(one.when) }),
    })),
  };
}

/** The event, whose own functions are watched. */
function watchedEvent(event: PublicEvent, subject: string, flow: ValueFlow): PublicEvent {
  const { opens, closes } = event;
  const payloadIn = (payload: JsonObject) => flow.watch(payload, { subject, path: [] }) as JsonObject;
  const contextIn = (context: unknown) => flow.watch(context, { subject: 'context', path: [] });
  const watchInstance =
    (instance: EventCloses<JsonObject>['instance']) => (payload: JsonObject, context: unknown) =>
      flow.decide(() => instance(payloadIn(payload), contextIn(context)));
  const toUndo: Spot = { subject: `input of ${opens?.undo}`, path: [] };
  return {
    ...event,
    ...(opens && {
      opens: {
        ...opens,
        instance: watchInstance(opens.instance),
        undoInput: (payload, context) =>
          flow.bring(toUndo, () => opens.undoInput(payloadIn(payload), contextIn(context))),
      },
    }),
    ...(closes && { closes: closes.map((one) => ({ ...one, instance: watchInstance(one.instance) })) }),
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
