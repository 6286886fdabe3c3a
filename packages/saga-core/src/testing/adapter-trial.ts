import type { AdapterCaller } from './adapter-caller.js';
import type { AdapterCase } from './adapter-case.js';
import type { Matchers } from './conformance/conformance-host.js';
import type { TestUnless } from './test-unless.js';

/** A case with its adapters ready to be called, and a framework to state tests in. */
export interface AdapterTrial {
  readonly given: AdapterCase;
  readonly forward: AdapterCaller;
  readonly backward: AdapterCaller | undefined;
  readonly test: TestUnless;
  readonly expect: (value: unknown) => Matchers;
}
