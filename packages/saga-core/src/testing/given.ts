import { begin, decide } from '../decide.js';
import type { Decision } from '../decision.js';
import type { Envelope } from '../envelope.js';
import type { AnySaga, SagaInput } from '../saga-definition.js';
import { type Consequences, consequencesOf, only } from './consequences.js';
import { type Happening, type SentEvent, toHappening } from './happening.js';
import { canonicalText, throughJson } from './stored-saga.js';

/** How a {@link given} saga begins. */
export interface Beginnings {
  /** `saga` by default. */
  readonly sagaId?: string;
  /** Milliseconds since the epoch; 0 by default. */
  readonly at?: number;
}

/** What differs from what a test expected. Test frameworks show `actual` against `expected`. */
export class UnexpectedConsequences extends Error {
  override readonly name = 'UnexpectedConsequences';

  constructor(
    readonly actual: Consequences,
    readonly expected: Consequences,
  ) {
    const keys = Object.keys({ ...expected, ...actual }) as (keyof Consequences)[];
    const wrong = keys.filter((key) => canonicalText(actual[key]) !== canonicalText(expected[key]));
    const lines = wrong.map(
      (key) => `  ${key}: expected ${canonicalText(expected[key])}, got ${canonicalText(actual[key])}`,
    );
    super(`the saga did otherwise than expected:\n${lines.join('\n')}`);
  }
}

/**
 * Begins the story of one saga, decision by decision, without adapters or time: for tests of a machine.
 *
 * @example
 * given(order, { sku: 'A' })
 *   .after(stepDone('reserveStock', { reservation: 'r1' }))
 *   .when({ type: 'CANCEL' })
 *   .thenExpect({ state: { CANCELLED: 'undoing' }, asks: ['releaseStock'], open: ['stock.reserved:A'] });
 */
export function given<S extends AnySaga>(saga: S, input: SagaInput<S>, options: Beginnings = {}): Story {
  const { sagaId = 'saga', at = 0 } = options;
  return new Story(saga, at, 1, begin(saga, { sagaId, input, at, actor: 'customer' }));
}

/** A saga as it stands in a test. Every method gives a new story; none changes the one it is called on. */
export class Story {
  readonly #saga: AnySaga;
  /** The last decision: its effects, its history. What is stored has gone through JSON since. */
  readonly decision: Decision;
  /** The saga as it would be stored. */
  readonly envelope: Envelope;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly #told: number;

  /** Made by {@link given}. */
  constructor(saga: AnySaga, at: number, told: number, decision: Decision) {
    this.#saga = saga;
    this.at = at;
    this.#told = told;
    this.decision = decision;
    this.envelope = throughJson(decision.envelope);
  }

  /** What has happened already, in order. */
  after(...happenings: readonly (Happening | SentEvent)[]): Story {
    return happenings.reduce<Story>((story, happening) => story.when(happening), this);
  }

  /** The one thing that happens. */
  when(happening: Happening | SentEvent): Story {
    const saga = this.#saga;
    const { envelope, at } = this;
    const made = toHappening(happening)({ saga, envelope, at, messageId: `message-${this.#told}` });
    return new Story(saga, made.at, this.#told + 1, decide(saga, envelope, made.cause, made.at));
  }

  /** What the last happening came to, for the comparisons of a test framework; see {@link only}. */
  get came(): Consequences {
    return throughJson(consequencesOf(this.decision));
  }

  /**
   * Compares what the last happening came to, state and effects, and lets the story go on.
   *
   * @throws UnexpectedConsequences where anything differs, or happened that isn't named
   */
  thenExpect(expected: Consequences): this {
    const complete = only(expected);
    const actual = throughJson(consequencesOf(this.decision, expected));
    if (canonicalText(actual) !== canonicalText(complete)) throw new UnexpectedConsequences(actual, complete);
    return this;
  }
}
