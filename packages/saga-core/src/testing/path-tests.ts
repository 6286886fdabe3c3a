import type { CheckOptions } from '../check/check-options.js';
import type { HistoryEntry } from '../decision.js';
import type { DescribedTransition } from '../diagram.js';
import type { AnySaga } from '../saga-definition.js';
import type { CreateHost, TestTools } from './conformance/conformance-host.js';
import { pathsOf, type SagaPath } from './paths-of.js';
import { TestRunner } from './test-runner.js';
import { type TransitionCoverage, takenBy, transitionCoverage } from './transition-coverage.js';
import { type PathVariant, type Walked, walkPath } from './walk-path.js';

const VARIANTS: readonly PathVariant[] = ['once', 'duplicate', 'late', 'reordered', 'crash'];

/** What {@link pathTests} walks, and with what. */
export interface PathOptions extends CheckOptions {
  /** How they are walked, all or each; in every way by default. */
  readonly variants?: readonly PathVariant[] | ((path: SagaPath, index: number) => readonly PathVariant[]);
  /** The paths, as `pathsOf` has made them; made of the saga by default. `coveringPaths` chooses few. */
  readonly paths?: readonly SagaPath[];
  /** Which of them; all by default. */
  readonly only?: (path: SagaPath) => boolean;
  /**
   * Adapters of your own, by step. Each is called when its step begins, with whatever stands for the participant in
   * your tests; how the step ends the path says. All other steps are stubs.
   */
  readonly adapters?: Readonly<Record<string, unknown>>;
  /**
   * The id of the saga in each walk; `path` by default. With the same id and the same participants, all walks are one
   * saga to these: what was done under a key is done.
   */
  readonly sagaId?: string;
}

/** What the tests of paths came to, once they have run. */
export interface PathResults {
  /** Which transitions of the machine they have taken, and which not. */
  coverage(): PathCoverage;
}

/** What tests of paths have taken, and what they couldn't. */
export interface PathCoverage extends TransitionCoverage {
  /** Of those that were missed: no path leads over them, with the samples that the paths were made of. */
  readonly pathless: readonly DescribedTransition[];
}

/**
 * Makes tests of the shortest paths of a saga to every state and over every edge, on a runner: each walked once, with
 * everything twice, with everything again at the end, in another order, and with crashes. Steps answer later, as the
 * path says. A path must end in the state that the machine has there, but for the reordered one, which must end where
 * the runner in memory ends.
 *
 * @returns the coverage, to be read after the tests: in `afterAll`
 * @example
 * const paths = pathTests({ describe, it, expect }, createHost, orderSaga);
 * afterAll(() => console.log(renderCoverage(paths.coverage())));
 */
export function pathTests(
  { describe, it, expect }: TestTools,
  createHost: CreateHost,
  saga: AnySaga,
  options: PathOptions = {},
): PathResults {
  const histories: (readonly HistoryEntry[])[] = [];
  const { variants = VARIANTS, only = () => true, paths: all = pathsOf(saga, options) } = options;
  const variantsOf = typeof variants === 'function' ? variants : () => variants;
  describe(`the paths of ${saga.name}`, () => {
    for (const [index, path] of all.filter(only).entries()) {
      for (const variant of variantsOf(path, index)) {
        it(`${path.name}, ${variant}`, async () => {
          const walked = await walkPath(createHost, saga, path, variant, options);
          if (walked === 'cannot') return;
          histories.push(walked.history);
          expect(await summaryOf(walked)).toEqual(await expectedOf(saga, path, variant));
        });
      }
    }
  });
  return {
    coverage() {
      const coverage = transitionCoverage(saga, histories);
      const isOnAPath = takenBy(
        saga,
        all.flatMap(({ history }) => history),
      );
      return { ...coverage, pathless: coverage.missed.filter((one) => !isOnAPath(one)) };
    },
  };
}

function summaryOf({ state, mistakes }: Walked) {
  return { state, mistakes };
}

async function expectedOf(saga: AnySaga, path: SagaPath, variant: PathVariant) {
  if (variant !== 'reordered') return { state: path.state, mistakes: [] };
  const walked = await walkPath(inMemory, saga, path, variant);
  return { state: walked === 'cannot' ? path.state : walked.state, mistakes: [] };
}

/**
 * A host on the runner in memory, in virtual time: for {@link pathTests} and for the conformance suite. On PostgreSQL:
 * `postgresHost` of `@countermand/runner-postgres/testing`.
 */
export const inMemory: CreateHost = ({ sagas, adapters, held }) => {
  const runner = new TestRunner(sagas, { sagas, adapters, startAt: 0, latencyMs: () => 0, held });
  return Promise.resolve({
    runner,
    advance: (ms) => runner.advance(ms),
    settle: () => runner.settle(),
    published: (id) => Promise.resolve(runner.published(id)),
    async crash() {
      runner.crash();
      await runner.settle();
      return 0;
    },
    close: () => Promise.resolve(),
  });
};
