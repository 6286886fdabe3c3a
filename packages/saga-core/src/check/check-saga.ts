import type { AnySaga } from '../saga-definition.js';
import { assertOptions } from './assert-options.js';
import type { CheckOptions, Suppression } from './check-options.js';
import type { CheckReport, Finding, SuppressedFinding, Verdict } from './check-report.js';
import { assumptionsOf, boundsOf, hasGuards, reachedBounds } from './describe-bounds.js';
import { inShort } from './describe-in-short.js';
import { type Exploration, explore, type Witness } from './explore.js';
import { askGuards, type GuardOracle, guessGuards } from './guard-oracle.js';
import { possibleCauses } from './possible-causes.js';
import type { Found, Inspection, Rule } from './rule.js';
import { CHECK_RULES } from './rules.js';
import { isMeant, suppressionOf } from './suppressions.js';
import { wayTo } from './trace.js';
import { ValueFlow } from './unmade/value-flow.js';
import { watchSaga } from './unmade/watch-saga.js';
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
  const guessing = complete.samples?.input === undefined && hasGuards(saga);
  const causes = possibleCauses(saga, complete.samples ?? {}, complete.maxSpawns);
  const flow = new ValueFlow();
  // What reads what is of interest only where something was not made.
  const watched = causes.unmade.isEmpty ? saga : watchSaga(saga, flow, !guessing);
  const oracle = guessing ? guessGuards(watched) : askGuards(watched);
  const suppressions = complete.suppress ?? [];
  const unseen = new UnseenNames(complete);
  let notebook = new Notebook(oracle, suppressions, unseen);
  const exploration = explore(oracle, guessing, causes, complete, () => {
    notebook = new Notebook(oracle, suppressions, unseen);
    return notebook.witness;
  });
  const unmade = causes.unmade.told((subject) => flow.needed(subject));
  const reached = reachedBounds(exploration, complete, causes, unmade);
  const { crowded, cutGuards, throwing, widened } = exploration;
  // With guards that are guessed, one value of the context stands for all as far as they go.
  const cuts = [
    crowded,
    cutGuards,
    throwing,
    causes.missing,
    causes.oneWay(),
    causes.nameless(),
    unmade,
    guessing ? [] : widened,
  ];
  const mayMiss = cuts.some((cut) => cut.length > 0);
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

  end({ places, complete, failure, leadingTo }: Exploration, isAll: boolean): void {
    // Where a saga couldn't start, nothing is known of what would have followed.
    const knowsAll = isAll && failure === undefined && places.length > 0;
    for (const { rule, inspection } of this.#inspections) {
      if (complete && (knowsAll || !rule.saysNever))
        this.#note(rule, inspection.atEnd?.(places, leadingTo) ?? []);
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
