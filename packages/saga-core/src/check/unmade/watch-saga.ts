import type { PublicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import type { StepContract } from '../../step.js';
import { MachineArguments } from './machine-arguments.js';
import { CONTEXT, eventOf, inputOf, outputOf } from './saga-spots.js';
import { Site } from './site.js';
import type { ValueFlow } from './value-flow.js';
import { type Code, type Outcome, type WatchedArguments, watchCode } from './watch-code.js';
import { watchMachine } from './watch-machine.js';

/**
 * A copy of a saga that behaves alike, and whose functions are watched: those of the machine, of the steps' contracts
 * and of the public events. What nothing depends on is left alone: amounts, what is published, and guards that answer
 * both ways.
 *
 * @param asksGuards - whether guards are asked
 */
export function watchSaga(saga: AnySaga, flow: ValueFlow, asksGuards: boolean): AnySaga {
  const given = new MachineArguments(saga, flow);
  const contracts = new Contracts(flow, given);
  return {
    ...saga,
    machine: watchMachine(saga, flow, { given, asksGuards, ofDelay: whatMattersOfDelays(saga) }),
    steps: mapValues(saga.steps, (contract) => contracts.watched(contract)),
    events: mapValues(saga.events, (event, type) => watchedEvent(event, type, flow)),
  };
}

/** Whether a timer can be armed, and for how long news is kept that it outlasts. */
function whatMattersOfDelays({ events }: AnySaga): (delay: unknown) => string {
  const times = Object.values(events).flatMap(({ opens, defer }) => (opens && defer ? [defer.ttlMs] : []));
  return (delay) => {
    const ms = Number(delay);
    return [Number.isFinite(ms) && ms >= 0, ...times.map((ttlMs) => ms > ttlMs)].join();
  };
}

interface Answer {
  readonly input: unknown;
  readonly output: unknown;
}

type Work = (...args: never[]) => unknown;

/** Copies of contracts whose own functions are watched. */
class Contracts {
  readonly #flow: ValueFlow;
  readonly #given: MachineArguments;

  constructor(flow: ValueFlow, given: MachineArguments) {
    this.#flow = flow;
    this.#given = given;
  }

  watched(contract: StepContract): StepContract {
    const { name, opens, closes } = contract;
    const { when, undo, undoInput } = opens ?? {};
    return {
      ...contract,
      output: this.#notedOutput(contract),
      opens: opens && {
        ...opens,
        instance: this.#ofInput(name, opens.instance, `opens.instance of ${name}`),
        when: when && this.#ofAnswer(name, when, `opens.when of ${name}`),
        undoInput:
          undoInput && this.#ofAnswer(name, undoInput, `undoInput of ${name}`, { to: inputOf(`${undo}`) }),
      },
      closes: closes.map((one) => ({
        ...one,
        instance: this.#ofInput(name, one.instance, `closes.instance of ${name} for ${one.kind}`),
        ...(one.when && { when: this.#ofAnswer(name, one.when, `closes.when of ${name} for ${one.kind}`) }),
      })),
    };
  }

  /** Whose output it is, is noted where it is parsed. */
  #notedOutput({ name, output: schema }: StepContract): StepContract['output'] {
    if (this.#flow.interestOf(outputOf(name).subject) === 0) return schema;
    return schema.transform((output: unknown) => {
      this.#given.noteOutput(name, output);
      return output;
    });
  }

  #ofInput<Given extends Work>(step: string, code: Given, called: string): Given {
    const input = inputOf(step);
    return watched(this.#flow, code, called, {
      interestIn: ([of]) => this.#flow.interestIn(input.subject, of),
      watch: ([of]) => [this.#flow.watch(of, input)],
    });
  }

  #ofAnswer<Given extends Work>(step: string, code: Given, called: string, outcome: Outcome = {}): Given {
    const flow = this.#flow;
    const input = inputOf(step);
    const output = outputOf(step);
    const watchAnswer = (answer: Answer): Answer => ({
      get input() {
        return flow.watch(answer.input, input);
      },
      // Some want to know whether it is asked for.
      get output() {
        return flow.watch(answer.output, output);
      },
    });
    let version = -1;
    let latest = 0;
    const manner = {
      // It is asked all the time.
      interestIn: () => {
        if (version === flow.version) return latest;
        version = flow.version;
        latest = Math.max(flow.interestOf(input.subject), flow.interestOf(output.subject));
        return latest;
      },
      watch: ([answer]: readonly unknown[]) => [watchAnswer(answer as Answer)],
    };
    return watched(flow, code, called, manner, outcome);
  }
}

/** A function of a contract's or an event's, watched. */
function watched<Given extends Work>(
  flow: ValueFlow,
  code: Given,
  called: string,
  manner: WatchedArguments,
  outcome: Outcome = {},
): Given {
  const by = flow.site(called, (place) => new Site(place, called, code));
  // It takes what the function takes, and gives what that gives.
  return watchCode(flow, by, code as unknown as Code, manner, outcome) as unknown as Given;
}

/** The event, whose own functions are watched: they get what it says, and the context. */
function watchedEvent(event: PublicEvent, type: string, flow: ValueFlow): PublicEvent {
  const { opens, closes } = event;
  const said = eventOf(type);
  const manner: WatchedArguments = {
    interestIn: ([payload, context]) =>
      Math.max(flow.interestIn(said.subject, payload), flow.interestIn(CONTEXT.subject, context)),
    watch: ([payload, context]) => [flow.watch(payload, said), flow.watch(context, CONTEXT)],
  };
  const watch = <Given extends Work>(code: Given, called: string, outcome: Outcome = {}): Given =>
    watched(flow, code, called, manner, outcome);
  return {
    ...event,
    ...(opens && {
      opens: {
        ...opens,
        instance: watch(opens.instance, `opens.instance of ${said.subject}`),
        undoInput: watch(opens.undoInput, `undoInput of ${said.subject}`, { to: inputOf(opens.undo) }),
      },
    }),
    ...(closes && {
      closes: closes.map((one) => ({
        ...one,
        instance: watch(one.instance, `closes.instance of ${said.subject} for ${one.kind}`),
      })),
    }),
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
