import type { JsonObject } from '../../json.js';
import type { SagaRunner } from '../../runner-contract.js';
import type { AnySaga } from '../../saga-definition.js';

/** What the suite asks a host to set up. */
export interface HostRequest {
  readonly sagas: readonly AnySaga[];
  /** By step name; each step of every saga has one. Answers are made in the same turn, without input or output. */
  readonly adapters: Readonly<Record<string, unknown>>;
  /** Types of all events that the sagas publish. */
  readonly publishes: readonly string[];
  /** How many calls of adapters the suite keeps waiting at the moment; {@link ConformanceHost.settle} doesn't wait for those. */
  readonly held: () => number;
}

/** A runner of its own for one test, with its time in the test's hands. */
export interface ConformanceHost {
  readonly runner: SagaRunner;
  /** Moves time on, and lets everything happen that is due by then. */
  advance(ms: number): Promise<void>;
  /**
   * Waits until nothing is left that could happen without time passing: no row is due, no cause is undecided, and
   * no attempt runs but those that the suite holds.
   */
  settle(): Promise<void>;
  /** What a saga has published so far, in its order. */
  published(id: string): Promise<readonly { readonly sequence: number; readonly event: JsonObject }[]>;
  /**
   * Ends the runner as a crash would, in the middle of its attempts, and has another one take over; it returns once that
   * one goes on with them. Left out where the host can't; what needs it is then left out, too.
   *
   * @returns how much time that took, in milliseconds of the host's own time
   */
  crash?(): Promise<number>;
  close(): Promise<void>;
}

/** Makes a {@link ConformanceHost}; called once for every test. */
export type CreateHost = (request: HostRequest) => Promise<ConformanceHost>;

/** What the suite uses of a test framework; vitest's own functions fit. */
export interface TestTools {
  describe(name: string, body: () => void): unknown;
  it: DefineTest;
  expect(value: unknown): Matchers;
}

/** Defines a test, or one that is left out, with the reason in its name. */
export interface DefineTest {
  (name: string, body: () => Promise<void>): unknown;
  skip?(name: string, body: () => Promise<void>): unknown;
}

/** Comparisons that the suite makes. */
export interface Matchers {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toMatchObject(expected: object): void;
  toContain(expected: unknown): void;
  toBeUndefined(): void;
  toHaveLength(length: number): void;
}
