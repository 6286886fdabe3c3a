import path from 'node:path';
import { defineConfig } from 'vite';

/** The page: plain files with names that change with their content, reached by relative paths. */
export default defineConfig({
  root: path.join(import.meta.dirname, 'browser/app'),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: {
    // The page lays out in a worker, and never loads the build of elkjs that runs where it is called.
    alias: { 'elkjs/lib/elk.bundled.js': 'elkjs/lib/elk-api.js' },
  },
  build: {
    outDir: path.join(import.meta.dirname, 'dist/app'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    // The texts of the licences of what the page is made of; where its sources are stands in NOTICE.
    license: { fileName: 'third-party-licenses.md' },
    // elkjs, compiled from Java, is one file of 1.6 MB. It is loaded by a worker, and only for a drawing.
    chunkSizeWarningLimit: 2_000,
  },
});
