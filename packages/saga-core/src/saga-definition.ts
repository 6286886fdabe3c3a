import type { AnyStateMachine, EmittedFrom, EventFrom, InputFrom, StateMachine } from 'xstate';
import type { z } from 'zod';
import type { AdapterOf } from './adapter.js';
import type { CheckOptions } from './check/check-options.js';
import type { JsonObject } from './json.js';
import type { PublicEvent } from './public-event.js';
import type { SagaMigrations } from './saga-migration.js';
import type { AnyStep, StepContract } from './step.js';

/** The steps among a machine's actors. */
export type StepsOf<M> =
  M extends StateMachine<
    infer _Context,
    infer _Event,
    infer _Children,
    infer Actor,
    infer _Action,
    infer _Guard,
    infer _Delay,
    infer _Value,
    infer _Tag,
    infer _Input,
    infer _Output,
    infer _Emitted,
    infer _Meta,
    infer _Schema,
    infer _TransitionMeta
  >
    ? Extract<Actor['logic'], AnyStep>
    : never;

/** The names of undo steps that are not among the machine's actors; must be `never`. */
export type MissingUndo<M> = Exclude<
  NonNullable<StepsOf<M>['~types']>['undo'],
  StepsOf<M>['contract']['name']
>;

/** A saga's adapters: one for each step, undo steps included. */
export type AdaptersFor<S extends AnySaga> = {
  readonly [One in StepOf<S> as One['contract']['name']]: AdapterOf<One>;
};

/** The steps of a saga definition. */
export type StepOf<S extends AnySaga> = NonNullable<S['~types']>['step'] & AnyStep;

/** The names of a saga's steps. */
export type StepName<S extends AnySaga> = keyof AdaptersFor<S> & string;

/** One of a saga's steps, by its name. */
export type StepNamed<S extends AnySaga, Name> = Extract<
  StepOf<S>,
  { readonly contract: { readonly name: Name } }
>;

/** The public events of a saga definition. */
export type PublicEventOf<S extends AnySaga> = NonNullable<S['~types']>['event'];

/** What a saga publishes. */
export type EmittedOf<S extends AnySaga> = NonNullable<S['~types']>['emitted'];

/** The input that starts a saga. */
export type SagaInput<S extends AnySaga> = NonNullable<S['~types']>['input'];

/** The name of a saga definition. */
export type SagaName<S extends AnySaga> = NonNullable<S['~types']>['name'];

/** Types that a definition carries for the compiler; never there at run time. */
export interface SagaTypes<Input, Event, S, Name extends string = string, Emitted = unknown> {
  readonly input: Input;
  readonly event: Event;
  readonly step: S;
  readonly name: Name;
  /** What the machine publishes. */
  readonly emitted: Emitted;
}

/** What is known of any saga definition at run time. */
export interface AnySaga {
  readonly name: string;
  readonly version: number;
  readonly machine: AnyStateMachine;
  /** Contracts by step name, undo steps included. */
  readonly steps: Readonly<Record<string, StepContract>>;
  /** Public events by type. */
  readonly events: Readonly<Record<string, PublicEvent>>;
  /** The event that carries an administrator's override, where the machine declares one. */
  readonly override: string | undefined;
  readonly input: z.ZodType | undefined;
  readonly attributes: ((context: unknown) => JsonObject) | undefined;
  /** Of {@link structure}; a snapshot is only read by a definition with the same one. */
  readonly fingerprint: string;
  /** The machine's structure and the contracts, a line each; for telling what differs. */
  readonly structure: readonly string[];
  /** How sagas of earlier versions move to this one, a version at a time. */
  readonly migrate?: SagaMigrations | undefined;
  /** What every check of it uses; see `withCheckOptions`. */
  readonly check?: CheckOptions;
  readonly '~types'?: SagaTypes<unknown, { readonly type: string }, unknown>;
}

/** The event of a union that has this type; also out of a member that has several, `{ type: 'A' | 'B' }`. */
export type EventNamed<Event extends { readonly type: string }, Type> = Event extends unknown
  ? Type extends Event['type']
    ? Event & { readonly type: Type }
    : never
  : never;

/** As {@link EventNamed}, for several types. */
type EventsNamed<Event extends { readonly type: string }, Types extends string> = Types extends unknown
  ? EventNamed<Event, Types>
  : never;

/** A saga definition with its types. */
export type SagaDefinition<
  M extends AnyStateMachine,
  PublicType extends string,
  Name extends string = string,
> = AnySaga & {
  readonly '~types'?: SagaTypes<
    InputFrom<M>,
    EventsNamed<EventFrom<M>, PublicType>,
    StepsOf<M>,
    Name,
    EmittedFrom<M>
  >;
};
