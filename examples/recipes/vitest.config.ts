import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** As in the workspace's own configuration: the sources of its packages, and one PostgreSQL for the run. */
const conditions = ['@countermand/source', 'node', 'development|production'];

export default defineConfig({
  // Files of other packages must find the Vitest that runs, not a copy of it.
  resolve: { conditions, dedupe: ['vitest'] },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.test.ts'],
    globalSetup: path.resolve(import.meta.dirname, '../../packages/dev-postgres/src/vitest-global-setup.ts'),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
