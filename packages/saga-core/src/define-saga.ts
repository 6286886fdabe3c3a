import type { AnyStateMachine, ContextFrom, EventFrom, InputFrom } from 'xstate';
import type { z } from 'zod';
import { checkDefinition } from './check-definition.js';
import type { JsonObject } from './json.js';
import type { PublicEvent } from './public-event.js';
import type { AnySaga, EventNamed, MissingUndo, SagaDefinition } from './saga-definition.js';
import type { SagaMigrations } from './saga-migration.js';
import { isStep, type StepContract } from './step.js';
import { describeStructure, fingerprintOf } from './structure.js';

/** How many microsteps one event may take before the machine counts as looping. */
const MAX_ITERATIONS = 1_000;

/** The payload of an event: all of it but its type. */
type PayloadOf<Event> = { readonly [K in keyof Event as K extends 'type' ? never : K]: Event[K] };

type EventsOf<M extends AnyStateMachine> = {
  readonly [Type in EventFrom<M>['type']]?: PublicEvent<PayloadOf<EventNamed<EventFrom<M>, Type>>>;
};

/** What {@link defineSaga} takes. */
export interface SagaOptions<M extends AnyStateMachine, Events, Name extends string = string> {
  /** A letter, then letters, digits, `-` and `_`; at most 40 in all. */
  readonly name: Name;
  /** A whole number from 1. Another structure of the machine or the contracts needs another version. */
  readonly version: number;
  readonly machine: M;
  /** The events that may be sent from outside. No other can. */
  readonly events: Events;
  /** Checks the input of a start. */
  readonly input?: z.ZodType<InputFrom<M>>;
  /** What the saga can be found by, made from the context after every transition; plain JSON. */
  readonly attributes?: (context: ContextFrom<M>) => JsonObject;
  /**
   * The public event that carries an administrator's override; its payload is `{ to, reason, force }`. The machine
   * says with its transitions and guards where it may lead.
   */
  readonly override?: keyof Events & string;
  /**
   * How sagas of earlier versions become sagas of this one: by the version that they start from, each to the next.
   * A saga of version 1 comes to version 3 by `{ 1: ..., 2: ... }`; the definitions in between aren't needed.
   */
  readonly migrate?: SagaMigrations;
}

/**
 * Binds a machine, its steps and its public events to a saga that a runner can carry out.
 *
 * Checks what can be checked without running it: invokes of anything but steps and `compensate`, actions that are
 * neither XState's own nor steps, undo steps that the machine doesn't know, delays without a name, a missing state
 * of rest.
 *
 * @throws SagaError `DEFINITION_INVALID`, which names the state and says what to do
 */
export function defineSaga<
  M extends AnyStateMachine,
  const Events extends EventsOf<M>,
  const Name extends string,
>(
  options: SagaOptions<
    [MissingUndo<M>] extends [never]
      ? M
      : { readonly 'undo steps that are not among the actors': MissingUndo<M> } & M,
    Events & {
      readonly [Type in Exclude<keyof Events, EventFrom<M>['type']>]: 'the machine has no event of this type';
    },
    Name
  >,
): SagaDefinition<M, keyof Events & string, Name> {
  // A clone: the caller's machine keeps its own options.
  const machine: AnyStateMachine = options.machine.provide({});
  if (!Number.isFinite(machine.options.maxIterations)) machine.options.maxIterations = MAX_ITERATIONS;
  const draft = {
    name: options.name,
    version: options.version,
    machine,
    steps: stepsAmong(machine),
    // Payloads are parsed by the event's own schema before any of its functions sees them.
    events: options.events as Readonly<Record<string, PublicEvent>>,
    override: options.override,
    input: options.input,
    attributes: options.attributes as AnySaga['attributes'],
    ...(options.migrate && { migrate: options.migrate }),
  };
  checkDefinition(draft);
  const structure = describeStructure(draft);
  return { ...draft, structure, fingerprint: fingerprintOf(structure) };
}

function stepsAmong(machine: AnyStateMachine): Record<string, StepContract> {
  // Without a prototype: an action called `toString` isn't a step.
  const steps = Object.create(null) as Record<string, StepContract>;
  for (const [name, logic] of Object.entries(machine.implementations.actors)) {
    if (isStep(logic)) steps[name] = logic.contract;
  }
  return steps;
}
