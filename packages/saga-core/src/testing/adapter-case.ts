import type { AnyStep } from '../step.js';

/** What `adapterContract` is told of an adapter and of the world behind it. */
export interface AdapterCase {
  readonly step: AnyStep;
  readonly adapter: unknown;
  /** An input that the participant takes; another thing in the world each time: another card, another order. */
  readonly input: () => unknown;
  /**
   * An input of the same saga as this one, for another instance: another payment of the same order. Another each time it
   * is drawn. Left out, the kit can't tell an undo of one thing from an undo of all that the saga has.
   */
  readonly beside?: (input: unknown) => unknown;
  /** How often the step has taken effect in the world for that input, and is still in effect. */
  readonly effects: (input: unknown) => number | Promise<number>;
  /** The step that undoes it, and the undo's input. */
  readonly undo?: {
    readonly step: AnyStep;
    readonly adapter: unknown;
    readonly input: (input: unknown) => unknown;
  };
  /** An input that the participant declines. */
  readonly declined?: () => unknown;
  /** An input on which the participant doesn't answer, so that only an abort ends the call. Drawn twice. */
  readonly hanging?: () => unknown;
  /** Within how many milliseconds of an abort the call must have ended; 1,000 by default. */
  readonly abortWithinMs?: number;
}

/** Why a test of the kit can't be made of a case. */
export function missing(name: keyof AdapterCase, value: unknown): string | undefined {
  return value === undefined ? `no '${name}' is given` : undefined;
}
