export type { AdapterCase } from './adapter-case.js';
export { adapterContract } from './adapter-contract.js';
export { conformance } from './conformance/conformance.js';
export type {
  ConformanceHost,
  CreateHost,
  DefineTest,
  HostRequest,
  Matchers,
  TestTools,
} from './conformance/conformance-host.js';
export { type Consequences, only } from './consequences.js';
export { coveringPaths } from './covering-paths.js';
export { createTestRunner, type TestRunnerOptions } from './create-test-runner.js';
export { type Beginnings, given, Story, UnexpectedConsequences } from './given.js';
export {
  delayed,
  eventComes,
  type Happening,
  overridden,
  parkedByHand,
  probeFinds,
  probeFindsNothing,
  retried,
  type SentEvent,
  type Standing,
  skipped,
  stepAwaits,
  stepDeclined,
  stepDone,
  stepUnknown,
  timerFires,
} from './happening.js';
export {
  inMemory,
  type PathCoverage,
  type PathOptions,
  type PathResults,
  pathTests,
} from './path-tests.js';
export { type PathStep, pathsOf, type SagaPath } from './paths-of.js';
export type { AdapterCall } from './saga-world.js';
export type { PublishedEvent } from './stored-saga.js';
export type { PublishedHandler } from './subscriptions.js';
export { TestRunner } from './test-runner.js';
export { type MatcherResult, type SoundMatchers, type SoundOptions, toBeSound } from './to-be-sound.js';
export {
  type HistoryMove,
  renderCoverage,
  type TransitionCoverage,
  transitionCoverage,
} from './transition-coverage.js';
export type { PathVariant } from './walk-path.js';
