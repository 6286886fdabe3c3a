export { conformance } from './conformance/conformance.js';
export type {
  ConformanceHost,
  CreateHost,
  HostRequest,
  Matchers,
  TestTools,
} from './conformance/conformance-host.js';
export type { AdapterCall } from './saga-world.js';
export type { PublishedEvent } from './stored-saga.js';
export type { PublishedHandler } from './subscriptions.js';
export { createTestRunner, type TestRunner, type TestRunnerOptions } from './test-runner.js';
