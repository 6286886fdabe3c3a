import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', order: 'src/order/index.ts', testing: 'src/testing/index.ts' },
  format: ['esm', 'cjs'],
  target: 'node22',
  dts: true,
  sourcemap: true,
  clean: true,
});
