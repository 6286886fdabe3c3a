import type { Json, JsonObject } from '../json.js';

/** Values to try, or a function that makes them from what is known at that moment. */
export type SamplesFor<Known extends readonly unknown[]> =
  | readonly unknown[]
  | ((...known: Known) => readonly unknown[]);

/** What the check runs a saga's own functions on. What is left out is made from the schemas. */
export interface CheckSamples {
  /** Inputs that start the saga. With these, guards are asked; without, both answers of each guard are taken. */
  readonly input?: readonly unknown[];
  /** Outputs by step name, from the step's input where that is known. */
  readonly outputs?: Readonly<Record<string, SamplesFor<[input: Json]>>>;
  /** Payloads by public event, from the context and the machine's state. */
  readonly events?: Readonly<Record<string, SamplesFor<[context: JsonObject, state: Json]>>>;
  /** By step, codes that stand for all those which it declares. */
  readonly declines?: Readonly<Record<string, readonly string[]>>;
  /** By step, details that come with a no (`declined(code, details)`); one without any is always tried too. */
  readonly details?: Readonly<Record<string, readonly Json[]>>;
  /** By step, messages of a failure of which nobody knows whether it took effect; one of our own is always tried too. */
  readonly messages?: Readonly<Record<string, readonly string[]>>;
}

/** A finding that is known and accepted. */
export interface Suppression {
  /** Code of the rule, for example `step-error-unhandled`. */
  readonly rule: string;
  /** The findings that are meant: those whose subject contains this text. Left out: all of that rule. */
  readonly subject?: string;
  /** Why it is all right; it stands in the report. */
  readonly reason: string;
}

/** How {@link checkSaga} explores. */
export interface CheckOptions {
  /** What this case is called in the report, where a saga has several. */
  readonly name?: string;
  /** Further cases of the saga, each explored by itself; `checkSaga` leaves them to {@link checkCases}. */
  readonly also?: readonly CheckOptions[];
  readonly samples?: CheckSamples;
  readonly suppress?: readonly Suppression[];
  /** Keys of the context on which no guard, no input of a step and no spawn depends: they tell no states apart. */
  readonly ignore?: readonly string[];
  /**
   * What of the context tells states apart, where that is less than all of it. The report names it as assumed. Within
   * its lists, the order of things that tell of one of the names that are `alike` doesn't count.
   */
  readonly tells?: (state: Json, context: JsonObject) => unknown;
  /**
   * Names in the samples that can be swapped for each other: the payments of a split order. States that differ only
   * in which is which are looked at once. Right where the machine treats them alike, whatever their order.
   */
  readonly alike?: readonly string[];
  /** The most states that are explored; 50,000 by default. A check that ends there has proved nothing. */
  readonly maxStates?: number;
  /**
   * The most instances of one kind that a saga opens one after the other, of runs of one step at once, and of ids that
   * count, before it isn't followed further; 4 by default, or 2 where 4 make more than `maxStates`; one more than the
   * longest list in the samples of its input, where that is more. The report says where the bound was reached.
   */
  readonly maxInstances?: number;
  /** How many distinct elements lists have that are made from schemas, and so how many children one spawn of each; 2 by default. */
  readonly maxSpawns?: number;
  /** Ends with the first finding that isn't suppressed: quicker, and enough for a yes or no. */
  readonly stopAtFirst?: boolean;
  /** Of the steps that the machine has left, how many may answer after something else has happened; 2 by default. */
  readonly maxLate?: number;
}
