import type {
  AnySaga,
  Foresight,
  Json,
  JsonObject,
  SagaStatus,
  SagaView,
  ToldHistory,
} from '@countermand/saga-core';
import type { StateSurvey, SurveyOptions } from './survey-states.js';

/** What {@link Inspection.search} selects by. Everything given must hold; of several values one. */
export interface SearchOptions {
  readonly status?: readonly SagaStatus[];
  /** The saga definition's name. */
  readonly saga?: string;
  /** The path of a state, nested or not: `PAID`, `PAID.checkingFraud`. */
  readonly state?: string;
  /** Contained in the attributes, as jsonb's `@>` has it. */
  readonly attributes?: JsonObject;
  /** Milliseconds since the epoch; later than this. */
  readonly createdAfter?: number;
  /** Milliseconds since the epoch; earlier than this. */
  readonly createdBefore?: number;
  /** 1 to 200; 50 by default. */
  readonly limit?: number;
  /** From the page before. */
  readonly cursor?: string;
}

/**
 * A page of sagas: those that are parked first, then the others, each newest first. Where statuses were asked for, one
 * status after the other.
 */
export interface SearchPage {
  readonly items: readonly SagaView[];
  /** Leads to the next page; `undefined` on the last. May stand in a URL as it is. */
  readonly cursor: string | undefined;
  /**
   * No call looks at more than 10,000 sagas. Where few of them fit, a page may hold less than was asked for, even
   * nothing, and still have a cursor: this is how far it has looked (milliseconds since the epoch).
   */
  readonly lookedBackTo?: number;
}

/** Another saga that has an attribute in common. */
export interface Neighbour {
  readonly id: string;
  readonly saga: string;
  readonly status: SagaStatus;
  readonly state: Json;
  readonly createdAt: number;
  /** The attributes that are the same. */
  readonly shared: JsonObject;
}

/** A published event that a subscription hasn't taken yet. Those behind it, of the same saga, wait for it. */
export interface UndeliveredEvent {
  readonly subscription: string;
  readonly type: string;
  /** The saga's count of what it published, from 1. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly publishedAt: number;
  /** How often it was given to the subscription; 0 for one whose turn has not come. */
  readonly attempts: number;
  /** Why it was not taken, or why that can't be saved, the last time. */
  readonly error?: string;
}

/** What a person might do; see {@link Inspection.foresee}. */
export type Act =
  | { readonly type: 'retry'; readonly key?: string }
  | { readonly type: 'skip'; readonly key: string }
  | { readonly type: 'park' }
  | { readonly type: 'send'; readonly event: { readonly type: string; readonly [key: string]: unknown } }
  | { readonly type: 'override'; readonly to: string; readonly force?: boolean };

/** Looks at many sagas at once, and closely at one. Changes nothing. */
export interface Inspection {
  /** Every definition that the runner knows. */
  readonly sagas: readonly AnySaga[];
  /**
   * Sagas by what people look for, a page at a time, fast however many there are.
   *
   * @throws SagaError `SETTING_INVALID`
   */
  search(options?: SearchOptions): Promise<SearchPage>;
  /** How many sagas of this name are in each state, and how long they stay there. */
  states(saga: { readonly name: string }, options?: SurveyOptions): Promise<StateSurvey>;
  /** A saga's history with what each line made the runner do; `undefined` when there is no such saga. */
  tell(id: string): Promise<ToldHistory | undefined>;
  /** Sagas that have an attribute's value in common with this one, newest first, 20 at most. */
  neighbours(id: string): Promise<readonly Neighbour[]>;
  /** The saga's published events that a subscription hasn't taken yet, 200 at most: by subscription, in their order. */
  undelivered(id: string): Promise<readonly UndeliveredEvent[]>;
  /** What an act would do at this moment. @throws SagaError `SAGA_NOT_FOUND`, `SAGA_UNKNOWN`, `OVERRIDE_REFUSED` */
  foresee(id: string, act: Act): Promise<Foresight>;
}
