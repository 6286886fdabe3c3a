import type { AdaptersFor, AnySaga } from '../saga-definition.js';
import type { AdapterCall } from './saga-world.js';
import { TestRunner } from './test-runner.js';

type Intersect<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** What {@link createTestRunner} takes. */
export interface TestRunnerOptions<S extends AnySaga> {
  readonly sagas: readonly S[];
  /** One for every step of every saga. */
  readonly adapters: Intersect<S extends AnySaga ? AdaptersFor<S> : never>;
  /** Virtual time at the beginning, milliseconds since the epoch; 0 by default. */
  readonly startAt?: number;
  /** How long an attempt takes in virtual time, in milliseconds; 0 by default. */
  readonly latencyMs?: (call: AdapterCall) => number;
  /**
   * How many calls of adapters the test itself keeps waiting at the moment. Without it, every call is waited for
   * until it answers.
   */
  readonly held?: () => number;
}

/**
 * Runs sagas in memory and in virtual time, for tests: the same decisions, rows, attempts, retries, deadlines,
 * timers and published events as a durable runner, without a database and without waiting.
 *
 * Everything that is stored goes through JSON, as it would in a database. The same test does the same every time:
 * what is due together happens in the order in which it was asked for, one thing after another, and waits between
 * attempts are the longest that the policy allows.
 *
 * Nothing happens by itself: {@link TestRunner.settle} and {@link TestRunner.advance} let it.
 */
export function createTestRunner<const S extends AnySaga>(options: TestRunnerOptions<S>): TestRunner {
  return new TestRunner(options.sagas, {
    sagas: options.sagas,
    adapters: options.adapters as Readonly<Record<string, unknown>>,
    startAt: options.startAt ?? 0,
    latencyMs: options.latencyMs ?? (() => 0),
    held: options.held,
  });
}
