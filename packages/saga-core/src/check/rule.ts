import type { Cause } from '../cause.js';
import type { Decision } from '../decision.js';
import type { Envelope } from '../envelope.js';
import type { Json } from '../json.js';
import type { Live } from '../live.js';
import type { AnySaga } from '../saga-definition.js';
import type { GuardOracle } from './guard-oracle.js';
import type { PassedPivot } from './passed-pivot.js';
import type { PossibleCauses } from './possible-causes.js';

/** A state of the exploration: a state of the machine, with what is open and in flight. */
export interface Place {
  readonly index: number;
  readonly depth: number;
  /** How it was reached first; missing for the start. */
  readonly by: Step | undefined;
  /** Of a start: its input, and how guards answered. */
  readonly start: { readonly input: unknown; readonly answers: readonly boolean[] } | undefined;
  /** The first pivot step that has taken effect on the way here, or may have and opens nothing. */
  readonly passed: PassedPivot | undefined;
}

/** How one place follows from another. */
export interface Step {
  readonly from: Place;
  readonly cause: Cause;
  /** How guards answered, where both answers are taken. */
  readonly answers: readonly boolean[];
}

/** A place with everything about it; only there while it is being looked at. */
export interface Stand {
  readonly saga: AnySaga;
  readonly place: Place;
  readonly envelope: Envelope;
  readonly live: Live;
  readonly causes: PossibleCauses;
  /** Whether guards answer both ways. */
  readonly guessing: boolean;
  readonly oracle: GuardOracle;
}

/** One decision of the exploration. The start has no `before` and no step. */
export interface Move {
  readonly saga: AnySaga;
  readonly before: Stand | undefined;
  readonly step: Step | undefined;
  readonly decision: Decision;
  /** Index of the place that it leads to. */
  readonly to: number;
  /** The first pivot step that has taken effect, or may have, by this decision's cause at the latest. */
  readonly passed: PassedPivot | undefined;
  readonly guessing: boolean;
}

/** Something that a rule found; the trace is made of its place, or of its place and the step that follows. */
export interface Found {
  readonly subject: string;
  readonly message: string;
  /** What to do about this one; what the rule says, where it is left out. */
  readonly mend?: string;
  readonly at?: Place | undefined;
  readonly step?: Step | undefined;
  /** What guards answer where the way ends, if both answers were taken: `isBig: no`. */
  readonly guesses?: readonly string[];
}

/** What a rule knows of a place when all has been explored. */
export interface Explored {
  readonly place: Place;
  readonly state: Json;
  /** Why it is parked; empty where it isn't. */
  readonly parked: readonly string[];
  readonly settled: boolean;
  /** Whether rest can be reached from here. */
  readonly canRest: boolean;
}

/** The places from which one of these can be reached, themselves included. */
export type LeadingTo = (goals: Iterable<number>) => ReadonlySet<number>;

/** The places that can be reached from a start by decisions that this lets pass, by where they lead from and to. */
export type ReachedBy = (passes: (from: number, to: number) => boolean) => ReadonlySet<number>;

/** A rule at work on one saga. */
export interface Inspection {
  /** Called for every place, in order of distance from the start. */
  readonly onPlace?: (stand: Stand) => readonly Found[];
  /** Called for every decision. */
  readonly onMove?: (move: Move) => readonly Found[];
  /** Called at the end, with every place. */
  readonly atEnd?: (
    explored: readonly Explored[],
    leadingTo: LeadingTo,
    reachedBy: ReachedBy,
  ) => readonly Found[];
}

/** What a saga must not do, and how people learn of it. */
export interface Rule {
  /** Also the name of its page in `docs/check/`. */
  readonly code: string;
  readonly title: string;
  /** Why it matters. */
  readonly explanation: string;
  readonly mend: string;
  /** At the end it says what never happens: left out where a bound was reached, for beyond it that may happen. */
  readonly saysNever?: true;
  /** What the definition alone shows. */
  readonly onSaga?: (saga: AnySaga) => readonly Found[];
  readonly inspect?: (saga: AnySaga) => Inspection;
}
