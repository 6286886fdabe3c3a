import { defineConfig } from 'tsup';

export default defineConfig([
  {
    entry: { index: 'src/index.ts' },
    format: ['esm', 'cjs'],
    target: 'node22',
    dts: true,
    sourcemap: true,
    // Where the page lies is told by `import.meta.url`, which CommonJS doesn't have.
    shims: true,
  },
  {
    entry: { statechart: 'browser/statechart/index.ts' },
    format: ['esm', 'cjs'],
    target: 'es2022',
    platform: 'neutral',
    tsconfig: 'browser/tsconfig.json',
    dts: true,
    sourcemap: true,
  },
]);
