import type { AnySaga } from '../saga-definition.js';
import { assertOptions } from './assert-options.js';
import type { CheckOptions, Suppression } from './check-options.js';
import type { CheckReport, Finding, SuppressedFinding, Verdict } from './check-report.js';
import { assumptionsOf, boundsOf, hasGuards, reachedBounds } from './describe-bounds.js';
import { inShort } from './describe-in-short.js';
import { type Exploration, explore, type Witness } from './explore.js';
import type { ExploreOptions } from './explore-options.js';
import { askGuards, type GuardOracle, guessGuards } from './guard-oracle.js';
import { type PossibleCauses, possibleCauses } from './possible-causes.js';
import type { Found, Inspection, Rule } from './rule.js';
import { CHECK_RULES } from './rules.js';
import { isMeant, suppressionOf } from './suppressions.js';
import { wayTo } from './trace.js';
import { Interest } from './unmade/interest.js';
import { type Doubt, doubtsOf, type Found as FoundValue } from './unmade/stand-ins.js';
import { ValueFlow } from './unmade/value-flow.js';
import { watchSaga } from './unmade/watch-saga.js';
import { textOf } from './unmade/watch-value.js';
import { UnseenNames } from './unseen-names.js';
import { checkOptionsOf } from './with-check-options.js';

/**
 * Proves a saga, or shows how it goes wrong: explores every state that the machine, its open obligations and its
 * steps in flight can reach, with every answer of every step, every timer and every public event. Pure.
 *
 * Findings come with the shortest way to them. What was bounded and what is taken for granted stands in the report.
 * Each decision is made by `decide`, as in a runner.
 *
 * @param options - on top of those which {@link withCheckOptions} has kept with the saga
 * @throws SagaError `SETTING_INVALID` for samples of what the saga doesn't have, a suppression without a reason, or of a
 * rule that there is not
 */
export function checkSaga(saga: AnySaga, options: CheckOptions = {}): CheckReport {
  const complete = checkOptionsOf(saga, options);
  assertOptions(saga, complete);
  const suppressions = complete.suppress ?? [];
  const guessing = complete.samples?.input === undefined && hasGuards(saga);
  const { causes, flow, doubts, isDoubtful, exploration, notebook, unseen } = exploreAll(
    saga,
    complete,
    guessing,
  );
  const oneWay = causes.oneWay();
  const nameless = causes.nameless();
  const isTold = (name: string) => [...oneWay, ...nameless].some((line) => line.startsWith(`${name} `));
  const others = doubts.filter(({ by }) => !isTold(by));
  const unmade = causes.unmade.told((subject) => flow.needed(subject), others);
  const reached = reachedBounds(exploration, complete, causes, unmade);
  const { crowded, cutGuards, throwing, widened } = exploration;
  // With guards that are guessed, one value of the context stands for all as far as they go.
  const cuts = [
    crowded,
    cutGuards,
    throwing,
    causes.missing,
    oneWay,
    nameless,
    unmade,
    guessing ? [] : widened,
  ];
  const mayMiss = isDoubtful || cuts.some((cut) => cut.length > 0);
  notebook.end(exploration, !mayMiss);
  const all = notebook.findings();
  const suppressed = all.flatMap((finding) => suppressedBy(finding, suppressions));
  const findings = all.filter((finding) => suppressedBy(finding, suppressions).length === 0);
  const { complete: isWhole, failure, places } = exploration;
  // Where nothing comes to rest before the bound, nothing is proved of how it ends.
  const isCutShort = crowded.length > 0 && !places.some(({ settled }) => settled);
  const isComplete = isWhole && failure === undefined && places.length > 0 && !isCutShort;
  const verdict = verdictOf(findings.length > 0, isComplete, reached.length > 0);
  return {
    saga: saga.name,
    version: saga.version,
    ...(complete.name !== undefined && { case: complete.name }),
    sound: verdict.startsWith('sound'),
    verdict,
    reached,
    findings,
    suppressed,
    unneeded: exploration.complete
      ? suppressions.filter((one) => !all.some(({ rule, subject }) => isMeant(one, rule, subject)))
      : [],
    vain: isComplete ? unseen.told() : [],
    explored: {
      states: exploration.places.length,
      transitions: exploration.transitions,
      depth: exploration.places.reduce((most, { place }) => Math.max(most, place.depth), 0),
      complete: exploration.complete,
    },
    bounds: boundsOf(exploration, complete),
    assumptions: assumptionsOf(saga, guessing, causes, complete, exploration),
    inShort: inShort(saga, guessing, causes, complete, exploration),
  };
}

/** Everything that one exploration has come to. */
interface Explored {
  readonly causes: PossibleCauses;
  readonly flow: ValueFlow;
  readonly doubts: readonly Doubt[];
  /** Whether there are any, also where something was found, and they need not be told. */
  readonly isDoubtful: boolean;
  readonly exploration: Exploration;
  readonly notebook: Notebook;
  readonly unseen: UnseenNames;
}

/** So often values that make a difference are looked for, and then tried. */
const MOST_ROUNDS = 3;
/** So many times as many states and transitions may come of them, or these. */
const MOST_TIMES = 2;
const FEW_STATES = 2_000;
const FEW_TRANSITIONS = 5_000;
/** So many states are explored where the author says nothing. */
const MOST_STATES = 50_000;

/** Explores, and once more with values that would have made a difference to what it did, while there are such. */
function exploreAll(saga: AnySaga, options: CheckOptions, guessing: boolean): Explored {
  let tried: readonly FoundValue[] = [];
  let explored = exploreOnce(saga, options, guessing, tried);
  for (let round = 1; round < MOST_ROUNDS; round += 1) {
    const { exploration, notebook } = explored;
    if (!exploration.complete || exploration.failure !== undefined || notebook.isEnough) break;
    const more = untried(explored.doubts, tried).flatMap(({ found }) => found);
    if (more.length === 0) break;
    const all = [...tried, ...new Map(more.map((one) => [textOf(one), one])).values()];
    const next = exploreOnce(saga, { ...options, ...atMost(exploration, options) }, guessing, all);
    // What is within fewer values and was seen to its end tells more than a part of what is within more.
    if (!next.exploration.complete && !next.notebook.isEnough) break;
    explored = next;
    tried = all;
  }
  return { ...explored, doubts: untried(explored.doubts, tried) };
}

/** The doubts, each with the values alone that haven't been explored to the end. */
function untried(doubts: readonly Doubt[], tried: readonly FoundValue[]): Doubt[] {
  const known = new Set(tried.map(textOf));
  return doubts.map((doubt) => ({ ...doubt, found: doubt.found.filter((one) => !known.has(textOf(one))) }));
}

/** How far it is explored with more values, by how far it went without them. */
function atMost({ places, transitions }: Exploration, { maxStates = MOST_STATES }: CheckOptions) {
  return {
    maxStates: Math.min(maxStates, Math.max(FEW_STATES, MOST_TIMES * places.length)),
    maxTransitions: Math.max(FEW_TRANSITIONS, MOST_TIMES * transitions),
  };
}

function exploreOnce(
  saga: AnySaga,
  options: ExploreOptions,
  guessing: boolean,
  found: readonly FoundValue[],
): Explored {
  const causes = possibleCauses(saga, options.samples ?? {}, options.maxSpawns, found);
  const { unmade } = causes;
  const flow = new ValueFlow(new Interest(unmade.parts), unmade.areStandIns);
  // What reads what is of interest only where something was not made.
  const watched = unmade.isEmpty ? saga : watchSaga(saga, flow, !guessing);
  const oracle = guessing ? guessGuards(watched) : askGuards(watched);
  const suppressions = options.suppress ?? [];
  const unseen = new UnseenNames(options);
  let notebook = new Notebook(oracle, suppressions, unseen);
  const exploration = explore(oracle, guessing, causes, options, () => {
    notebook = new Notebook(oracle, suppressions, unseen);
    return notebook.witness;
  });
  const unproved = exploration.complete && !notebook.isEnough;
  if (exploration.complete) flow.repeat();
  const doubts = exploration.complete ? doubtsOf(flow, unmade.standIns) : [];
  return {
    causes,
    flow,
    doubts: unproved ? doubts : [],
    isDoubtful: doubts.length > 0,
    exploration,
    notebook,
    unseen,
  };
}

function verdictOf(isBroken: boolean, isComplete: boolean, isCut: boolean): Verdict {
  if (isBroken) return 'broken';
  if (!isComplete) return 'not proved';
  return isCut ? 'sound up to bounds' : 'sound';
}

/** {@link checkSaga} of every case that the saga's own check options name: their own first, then each of `also`. */
export function checkCases(saga: AnySaga, options: CheckOptions = {}): CheckReport[] {
  const cases = [saga.check ?? {}, ...(saga.check?.also ?? [])];
  return cases.map((check) => checkSaga({ ...saga, check }, options));
}

/** The rules at work, with the first of everything that each found. */
class Notebook {
  readonly #oracle: GuardOracle;
  readonly #suppressions: readonly Suppression[];
  readonly #unseen: UnseenNames;
  readonly #found = new Map<string, { rule: Rule; found: Found }>();
  #isEnough = false;
  readonly #inspections: readonly { rule: Rule; inspection: Inspection }[];

  constructor(oracle: GuardOracle, suppressions: readonly Suppression[], unseen: UnseenNames) {
    this.#oracle = oracle;
    this.#unseen = unseen;
    this.#suppressions = suppressions;
    const { saga } = oracle;
    this.#inspections = CHECK_RULES.map((rule) => ({ rule, inspection: rule.inspect?.(saga) ?? {} }));
    for (const rule of CHECK_RULES) this.#note(rule, rule.onSaga?.(saga) ?? []);
  }

  /** Whether something has been found that isn't suppressed. */
  get isEnough(): boolean {
    return this.#isEnough;
  }

  get witness(): Witness {
    return {
      isEnough: () => this.#isEnough,
      onPlace: (stand: Parameters<NonNullable<Inspection['onPlace']>>[0]) => {
        this.#unseen.see(stand.envelope);
        for (const { rule, inspection } of this.#inspections)
          this.#note(rule, inspection.onPlace?.(stand) ?? []);
      },
      onMove: (move: Parameters<NonNullable<Inspection['onMove']>>[0]) => {
        for (const { rule, inspection } of this.#inspections)
          this.#note(rule, inspection.onMove?.(move) ?? []);
      },
    };
  }

  end({ places, complete, failure, leadingTo, reachedBy }: Exploration, isAll: boolean): void {
    // Where a saga couldn't start, nothing is known of what would have followed.
    const knowsAll = isAll && failure === undefined && places.length > 0;
    for (const { rule, inspection } of this.#inspections) {
      if (complete && (knowsAll || !rule.saysNever))
        this.#note(rule, inspection.atEnd?.(places, leadingTo, reachedBy) ?? []);
      if (failure !== undefined && rule.code === 'machine-throws')
        this.#note(rule, [{ subject: 'start', message: failure }]);
    }
  }

  findings(): Finding[] {
    return CHECK_RULES.flatMap((rule) =>
      [...this.#found.values()]
        .filter((one) => one.rule === rule)
        .map(({ found }) => ({
          rule: rule.code,
          title: rule.title,
          subject: found.subject,
          message: found.message,
          mend: found.mend ?? rule.mend,
          ...wayTo(this.#oracle, found),
        })),
    );
  }

  #note(rule: Rule, found: readonly Found[]): void {
    for (const one of found) {
      const key = `${rule.code} ${one.subject}`;
      if (!this.#found.has(key)) this.#found.set(key, { rule, found: one });
      this.#isEnough ||= !suppressionOf(this.#suppressions, rule.code, one.subject);
    }
  }
}

function suppressedBy(finding: Finding, suppressions: readonly Suppression[]): SuppressedFinding[] {
  const meant = suppressionOf(suppressions, finding.rule, finding.subject);
  return meant ? [{ ...finding, reason: meant.reason }] : [];
}
