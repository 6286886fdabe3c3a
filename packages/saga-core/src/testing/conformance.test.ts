import { describe, expect, it } from 'vitest';
import { conformance } from './conformance/conformance.js';
import type { CreateHost } from './conformance/conformance-host.js';
import { TestRunner } from './test-runner.js';

const createHost: CreateHost = ({ sagas, adapters, held }) => {
  const runner = new TestRunner(sagas, { sagas, adapters, startAt: 0, latencyMs: () => 0, held });
  return Promise.resolve({
    runner,
    advance: (ms) => runner.advance(ms),
    settle: () => runner.settle(),
    published: (id) => Promise.resolve(runner.published(id)),
    close: () => Promise.resolve(),
  });
};

conformance({ describe, it, expect }, createHost);
