import type { Cause } from '../cause.js';
import type { Envelope, StepRun } from '../envelope.js';
import type { AnySaga } from '../saga-definition.js';
import { isWatched } from './state-signature.js';

/** How many of the steps that the machine has left may answer after something else has happened. */
export const MOST_LATE = 2;

/**
 * Bounds the late answers of an exploration: where more steps that the machine has left could still answer, the one that
 * was asked for first answers before anything else happens.
 */
export class LateAnswers {
  readonly #saga: AnySaga;
  readonly #most: number | undefined;
  #hurried = false;

  /** @param most - as its author says, or {@link MOST_LATE} */
  constructor(saga: AnySaga, most: number | undefined) {
    this.#saga = saga;
    this.#most = most;
  }

  /** Whether any step had to answer at once, for too many were late already. */
  get hurried(): boolean {
    return this.#hurried;
  }

  /** With as many late answers as may be, or one that need not be late: the step that answers before anything else. */
  hurry({ runs }: Envelope): StepRun | undefined {
    const left = runs.filter((run) => run.left && !run.parked && run.role === 'invoke');
    const late = left.filter((run) => run.awaiting).length;
    const waiting = left.filter((run) => !run.awaiting && isWatched(this.#saga, run));
    if (late + waiting.length <= this.#bound && this.#most !== 1) return undefined;
    const [first] = waiting;
    if (first) this.#hurried = true;
    return first;
  }

  /** Whether this is an answer of the step that is in a hurry. That it comes later is one only where it may be late. */
  isOf(run: StepRun, { runs }: Envelope, cause: Cause): boolean {
    if (cause.type !== 'answer' || cause.id !== run.id || cause.visit !== run.visit) return false;
    const late = runs.filter((one) => one.left && one.awaiting).length;
    return cause.outcome.kind !== 'awaiting' || late < this.#bound;
  }

  get #bound(): number {
    return this.#most ?? MOST_LATE;
  }
}
