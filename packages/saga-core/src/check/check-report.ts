import type { Json } from '../json.js';
import type { Suppression } from './check-options.js';

/** One thing that happened on the way to a finding. */
export interface TraceLine {
  /** `start`, `step reserveStock: done`, `timer TTL`, `event CANCEL`. */
  readonly what: string;
  /** The machine's state afterwards. */
  readonly state: Json;
  /** What is or may be open in the world afterwards: `stock.reserved:o-1`, with `?` where nobody knows. */
  readonly open: readonly string[];
  /** How guards answered, where both answers were taken: `isBig: yes`, in the order in which they were asked. */
  readonly guards?: readonly string[];
}

/** Guards that were taken both ways on one way to a finding, so that perhaps it can't be gone. */
export interface GuessedGuards {
  /** What those are called that say yes and no of the same context with the same parameters. */
  readonly guards: readonly string[];
  /** The input with which the way begins; as a sample, it lets guards be asked. `null` where the saga takes none. */
  readonly input: Json;
}

/** Something that is wrong with a saga. */
export interface Finding {
  /** Code of the rule; `countermand check --explain CODE` shows its page. */
  readonly rule: string;
  readonly title: string;
  /** Where: a state, a step, an event. Findings of one rule differ in it. */
  readonly subject: string;
  /** What is wrong, for people. */
  readonly message: string;
  readonly mend: string;
  /** The shortest way to it. Empty where the definition alone shows it. */
  readonly trace: readonly TraceLine[];
  /** What guards are taken to answer, on the way or where it ends: `isBig: yes`. There only where guards were guessed. */
  readonly guesses?: readonly string[];
  /** There only where guards on the way contradict themselves. */
  readonly guessed?: GuessedGuards;
}

/** A finding that is accepted, with the reason. */
export interface SuppressedFinding extends Finding {
  readonly reason: string;
}

/**
 * What a check came to. `sound`: nothing was found, and all was explored. `sound up to bounds`: nothing was found, but a
 * bound was reached, beyond which nothing was explored. `not proved`: nothing was found before the check ended at its
 * greatest number of states, or nothing came to rest before a bound. `broken`: something was found.
 */
export type Verdict = 'sound' | 'sound up to bounds' | 'not proved' | 'broken';

/** What bounds and assumptions come to, in a few words each. */
export interface ReportInShort {
  /** States that differ only in one of these were looked at once. */
  readonly reduced: readonly string[];
  readonly assumed: readonly string[];
}

/** What `checkSaga` found. Plain JSON. */
export interface CheckReport {
  readonly saga: string;
  readonly version: number;
  /** Which case of the saga, where its author gave several. */
  readonly case?: string;
  /** Nothing was found, and everything within the bounds was explored: `sound`, or `sound up to bounds`. */
  readonly sound: boolean;
  readonly verdict: Verdict;
  /** Bounds that were reached, so that more can happen than was explored. Empty for `sound`. */
  readonly reached: readonly string[];
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  /** Suppressions that no finding needs: out of date, or written wrongly. Empty where the check ended early. */
  readonly unneeded: readonly Suppression[];
  /** Names in `ignore` and `alike` that nothing in the saga has. Empty where the check ended early. */
  readonly vain: readonly string[];
  readonly explored: {
    readonly states: number;
    readonly transitions: number;
    /** Length of the longest of the shortest ways. */
    readonly depth: number;
    /** False where the check ended at its greatest number of states. */
    readonly complete: boolean;
  };
  /** What was bounded, left out or merged. */
  readonly bounds: readonly string[];
  /** What the proof takes for granted. */
  readonly assumptions: readonly string[];
  /** The last two in a few words each, above all what is particular to this saga. */
  readonly inShort: ReportInShort;
}
