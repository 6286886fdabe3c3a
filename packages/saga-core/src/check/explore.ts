import type { Cause } from '../cause.js';
import { begin, decide } from '../decide.js';
import type { Decision } from '../decision.js';
import type { Envelope } from '../envelope.js';
import { onceForEach } from '../once-for-each.js';
import { messageOf } from '../saga-error.js';
import { isAtRest, leftOpen } from '../settle-rest.js';
import { restore } from '../xstate-seam.js';
import { ContextValues } from './context-values.js';
import { type Crowd, crowdOver, longestList } from './crowd.js';
import { describeCause, describeState } from './describe-cause.js';
import { describeGuesses, guessesOf } from './describe-guesses.js';
import type { ExploreOptions } from './explore-options.js';
import type { GuardOracle } from './guard-oracle.js';
import { isTaken } from './is-taken.js';
import { type KeptAtOnce, KeptTogether } from './kept-together.js';
import { LateAnswers } from './late-answers.js';
import { pivotPassed } from './passed-pivot.js';
import type { PossibleCauses } from './possible-causes.js';
import type { Explored, LeadingTo, Move, Place, ReachedBy, Stand, Step } from './rule.js';
import { type Signature, signatureOf } from './state-signature.js';

/** Who follows an exploration. */
export interface Witness {
  readonly onPlace: (stand: Stand) => void;
  readonly onMove: (move: Move) => void;
  /** Whether something has been found that isn't suppressed. */
  readonly isEnough: () => boolean;
}

/** What an exploration came to. */
export interface Exploration {
  readonly places: readonly Explored[];
  readonly leadingTo: LeadingTo;
  readonly reachedBy: ReachedBy;
  readonly transitions: number;
  readonly complete: boolean;
  /** Ways that guards can't really go, for the machine never came to a stop on them. */
  readonly endless: number;
  /** Ways on which the machine threw after a guard had been guessed, for people: what would follow wasn't explored. */
  readonly throwing: readonly string[];
  /** Whether steps that were left had to answer at once, for too many were late already. */
  readonly hurried: boolean;
  /** Names of guards that were asked too often, or in too many ways, to follow all of their answers. */
  readonly cutGuards: readonly string[];
  /** Keys of the context with too many values to be told apart. */
  readonly widened: readonly string[];
  /** Of what there was so much that the saga wasn't followed further. */
  readonly crowded: readonly string[];
  /** Where a state of rest keeps all of a kind, and there were several at once: how many. */
  readonly keptAtOnce: readonly KeptAtOnce[];
  /** Why it couldn't even start. */
  readonly failure?: string;
}

const AT = 0;
/** So XState's message begins where a machine made more steps of its own than it may. */
const ENDLESS = 'Infinite loop detected';

/** Explores everything that can happen, nearest first, until nothing new turns up. */
export function explore(
  oracle: GuardOracle,
  guessing: boolean,
  causes: PossibleCauses,
  options: ExploreOptions,
  witness: () => Witness,
): Exploration {
  const widened = new Set<string>();
  let maxTransitions = options.maxTransitions ?? Number.POSITIVE_INFINITY;
  let fewest = false;
  for (;;) {
    const follower = witness();
    const walk = new Walk(
      oracle,
      guessing,
      causes,
      { ...options, maxTransitions },
      widened,
      fewest,
      follower,
    );
    const tooMany = walk.run();
    maxTransitions -= walk.transitions;
    if (tooMany !== undefined) {
      widened.add(tooMany);
      continue;
    }
    const result = walk.result([...widened]);
    // Everything within a narrower bound tells more than a part of what is within a wider one.
    const unproved = !result.complete && result.crowded.length > 0 && !follower.isEnough();
    if (!unproved || fewest || options.maxInstances !== undefined) return result;
    fewest = true;
  }
}

interface Open {
  readonly place: Place;
  readonly envelope: Envelope;
}

/** One exploration with one idea of which states are the same. */
class Walk {
  readonly #oracle: GuardOracle;
  readonly #guessing: boolean;
  readonly #causes: PossibleCauses;
  readonly #options: ExploreOptions;
  readonly #witness: Witness;
  readonly #signature: Signature;
  readonly #known = new Map<string, number>();
  readonly #open: (Open | undefined)[] = [];
  readonly #facts: {
    place: Place;
    state: Explored['state'];
    parked: Explored['parked'];
    settled: boolean;
  }[] = [];
  readonly #reachedFrom: number[][] = [];
  readonly #values: ContextValues;
  readonly #crowd: Crowd;
  readonly #late: LateAnswers;
  readonly #crowded = new Map<number, string>();
  transitions = 0;
  #endless = 0;
  readonly #throwing = new Map<string, string>();
  #complete = true;
  readonly #kept = new KeptTogether();
  #failure: string | undefined;

  constructor(
    oracle: GuardOracle,
    guessing: boolean,
    causes: PossibleCauses,
    options: ExploreOptions,
    widened: ReadonlySet<string>,
    fewest: boolean,
    witness: Witness,
  ) {
    this.#oracle = oracle;
    this.#guessing = guessing;
    this.#causes = causes;
    this.#options = options;
    this.#values = new ContextValues([...(options.ignore ?? []), ...widened]);
    this.#crowd = crowdOver(oracle.saga, options.maxInstances, longestList(causes.inputs), fewest);
    this.#late = new LateAnswers(oracle.saga, options.maxLate);
    this.#witness = witness;
    this.#signature = signatureOf(oracle.saga, options, widened, causes, causes.areMirrored);
  }

  /** Returns a key of the context that must be left out first, if there is one. */
  run(): string | undefined {
    this.#start();
    const { maxStates = 50_000, maxTransitions = Number.POSITIVE_INFINITY } = this.#options;
    for (let next = 0; next < this.#open.length; next += 1) {
      const { place, envelope } = this.#open[next] as Open;
      // Only what is still to be looked at is kept whole.
      this.#open[next] = undefined;
      this.#expand(place, envelope);
      const tooMany = this.#values.tooMany(this.#facts.length);
      if (tooMany !== undefined) return tooMany;
      if (this.#options.stopAtFirst && this.#witness.isEnough()) return this.#stop();
      if (this.#facts.length > maxStates || this.transitions > maxTransitions) return this.#stop();
    }
    return undefined;
  }

  #stop(): undefined {
    this.#complete = false;
  }

  result(widened: readonly string[]): Exploration {
    // What was not looked at any more may lead anywhere.
    const goals = [...this.#known.values()].filter((index) => this.#facts[index]?.settled ?? true);
    const canRest = this.#leadingTo(goals);
    return {
      places: this.#facts.map((fact, index) => ({ ...fact, canRest: canRest.has(index) })),
      transitions: this.transitions,
      complete: this.#complete,
      endless: this.#endless,
      throwing: [...this.#throwing.values()],
      hurried: this.#late.hurried,
      cutGuards: this.#oracle.wasCut(),
      widened,
      crowded: [...new Set(this.#crowded.values())],
      keptAtOnce: this.#kept.all(),
      leadingTo: (those) => this.#leadingTo(those),
      reachedBy: (passes) => this.#reachedBy(passes),
      ...(this.#failure !== undefined && { failure: this.#failure }),
    };
  }

  #start(): void {
    for (const input of this.#causes.inputs) {
      try {
        const { saga } = this.#oracle;
        for (const { result, answers } of this.#oracle.allWays(() =>
          begin(saga, { sagaId: 'saga', input, at: AT, actor: 'check' }),
        )) {
          this.#arrive(result, undefined, { input, answers });
        }
      } catch (thrown) {
        const isGuessed = input === undefined && this.#oracle.saga.input === undefined;
        const which = isGuessed
          ? ' without an input, and none is declared (defineSaga({ input }), or give samples of it)'
          : ` with the input ${JSON.stringify(input)}`;
        this.#failure ??= `the saga can't start${which}: ${messageOf(thrown)}`;
      }
    }
  }

  #expand(place: Place, envelope: Envelope): void {
    const { saga } = this.#oracle;
    const live = restore(saga.machine, envelope.snapshot);
    const parked = envelope.parked.length > 0;
    const atRest = !parked && isAtRest({ ...envelope, live });
    const settled = atRest && leftOpen({ ...envelope, live }).length === 0;
    if (settled) this.#kept.note(live.nodes, envelope.obligations);
    const why = envelope.parked.map(({ code }) => code);
    this.#facts[place.index] = { place, state: envelope.snapshot.value, parked: why, settled };
    const stand: Stand = {
      saga,
      place,
      envelope,
      live,
      causes: this.#causes,
      guessing: this.#guessing,
      oracle: this.#oracle,
    };
    const hurried = parked ? undefined : this.#late.hurry(envelope);
    if (!hurried) this.#witness.onPlace(stand);
    // What a person does to a parked saga is the person's own.
    if (parked || this.#isCrowded(place, envelope)) return;
    const inside = this.#causes.inside(envelope);
    const causes = hurried
      ? inside.filter((cause) => this.#late.isOf(hurried, envelope, cause))
      : [...inside, ...this.#causes.outside(envelope).filter((cause) => isTaken(stand, cause))];
    for (const cause of causes) this.#follow(stand, cause);
  }

  #isCrowded({ index }: Place, envelope: Envelope): boolean {
    const crowd = this.#crowd(envelope);
    if (crowd === undefined) return false;
    this.#crowded.set(index, crowd);
    return true;
  }

  #follow(stand: Stand, cause: Cause): void {
    const { saga } = this.#oracle;
    for (const { result, answers } of this.#oracle.allWays(() => decide(saga, stand.envelope, cause, AT))) {
      this.transitions += 1;
      const threw = result.envelope.parked.find(({ code }) => code === 'DECIDE_FAILED');
      if (threw && this.#guessing && answers.length > 0) {
        this.#noteThrow(stand, cause, answers, threw.message);
        continue;
      }
      // An event that is kept does, when it is taken, what the same event does that comes then.
      if (result.outcome === 'refused' || result.reason === 'NOT_HANDLED_YET') continue;
      this.#arrive(result, { from: stand.place, cause, answers }, undefined, stand);
    }
  }

  /** With guards that are guessed nobody knows whether it can come to that. */
  #noteThrow({ saga, envelope }: Stand, cause: Cause, answers: readonly boolean[], message: string): void {
    if (message.startsWith(ENDLESS)) {
      this.#endless += 1;
      return;
    }
    const guards = describeGuesses(guessesOf(this.#oracle, answers, () => decide(saga, envelope, cause, AT)));
    const where = describeState(envelope.snapshot.value);
    const key = JSON.stringify([where, guards, message]);
    if (this.#throwing.has(key)) return;
    this.#throwing.set(key, `${describeCause(envelope, cause)} in ${where}, ${guards} (${message})`);
  }

  #arrive(
    decision: Decision,
    step: Step | undefined,
    start: Place['start'] | undefined,
    before?: Stand,
  ): void {
    const { saga } = this.#oracle;
    const passed =
      step?.from.passed ?? (before && step ? pivotPassed(saga, before.envelope, step.cause) : undefined);
    const { envelope } = decision;
    const signature = `${this.#signature(envelope)}${passed ? ' passed' : ''}`;
    const known = this.#known.get(signature);
    const index = known ?? this.#known.size;
    this.#witness.onMove({ saga, before, step, decision, to: index, passed, guessing: this.#guessing });
    if (known === undefined) this.#reachedFrom[index] = [];
    if (step) this.#reachedFrom[index]?.push(step.from.index);
    if (known !== undefined) return;
    this.#known.set(signature, index);
    if (!this.#options.tells) this.#values.note(envelope.snapshot.context);
    const place: Place = { index, depth: step ? step.from.depth + 1 : 0, by: step, start, passed };
    this.#open.push({ place, envelope });
  }

  #reachedBy(passes: (from: number, to: number) => boolean): ReadonlySet<number> {
    const leads = new Map<number, number[]>();
    for (const [to, froms] of this.#reachedFrom.entries())
      for (const from of new Set(froms)) {
        if (passes(from, to)) onceForEach(leads, from, (): number[] => []).push(to);
      }
    const open = this.#facts.flatMap(({ place }) => (place.by ? [] : [place.index]));
    const found = new Set(open);
    for (let from = open.pop(); from !== undefined; from = open.pop()) {
      for (const to of leads.get(from) ?? []) {
        if (found.has(to)) continue;
        found.add(to);
        open.push(to);
      }
    }
    return found;
  }

  /** What was not followed further may lead anywhere. */
  #leadingTo(goals: Iterable<number>): ReadonlySet<number> {
    const found = new Set([...goals, ...this.#crowded.keys()]);
    const open = [...found];
    for (let goal = open.pop(); goal !== undefined; goal = open.pop()) {
      for (const from of this.#reachedFrom[goal] ?? []) {
        if (found.has(from)) continue;
        found.add(from);
        open.push(from);
      }
    }
    return found;
  }
}
