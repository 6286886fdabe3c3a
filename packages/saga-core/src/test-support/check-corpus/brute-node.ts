import type { Envelope } from '../../index.js';

/** A state of the walk that the brute force takes. */
export interface BruteNode {
  readonly envelope: Envelope;
  readonly depth: number;
  /** Whether a pivot step has said that it is done, or was lost without a trace. */
  readonly passed: boolean;
  /** Where it leads, and the events that every decision takes which leads there. */
  readonly next: Map<BruteNode, readonly string[]>;
  /** Whether something that can happen here was left out, for too many steps would have been left. */
  cut: boolean;
}
