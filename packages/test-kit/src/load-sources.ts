import { enableCompileCache, flushCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Loaded into a process before its program: see `sourceFlags`. */

const FLUSH_AFTER_MS = 3_000;

// Compiled code is kept by what the source says, so that none can be out of date.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url)));
// A process that is killed would keep nothing.
setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();

registerHooks({
  resolve: (specifier, context, next) => {
    const isOurs =
      specifier.startsWith('.') && /^(?!.*\/node_modules\/).*\.ts$/.test(context.parentURL ?? '');
    return next(isOurs ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
