import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Programs of the shop, as files that Node runs as they are. */
export interface ShopBuild {
  /** The checkout server with the engine under observation. */
  readonly server: string;
  readonly participants: string;
  readonly migrate: string;
}

/** Which module of the engine is replaced, where which of its modules imports it. The replacement imports the real one. */
const OBSERVED = [
  { importer: 'engine.ts', name: './batcher.js', by: own('observed-batcher.ts') },
  { importer: 'create-runner.ts', name: './db/postgres-store.js', by: own('observed-store.ts') },
  { importer: 'db/postgres-store.ts', name: './save-moves.js', by: own('observed-save.ts') },
  { importer: 'db/postgres-store.ts', name: './save-assumed.js', by: own('observed-save.ts') },
];

const NODE_GLOBALS = [
  "import { createRequire as chaosCreateRequire } from 'node:module';",
  'const require = chaosCreateRequire(import.meta.url);',
  'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
].join('\n');

/**
 * Makes the test build: the sources of this repository, bundled, so that a process starts within a fraction of a
 * second, and with points in the engine at which a worker can be struck. The published package has none of them.
 */
export async function buildShop(directory: string): Promise<ShopBuild> {
  const replaced = new Set<string>();
  const programs = {
    server: 'examples/checkout-server/src/main.ts',
    participants: 'examples/participants/src/main.ts',
    migrate: 'examples/checkout-server/src/migrate.ts',
  };
  const built = await Promise.all(
    Object.entries(programs).map(async ([name, entry]) => {
      const outfile = path.join(directory, `${name}.mjs`);
      await build({
        entryPoints: [path.join(root, entry)],
        ...{ outfile, bundle: true, platform: 'node', format: 'esm', target: 'node22', logLevel: 'warning' },
        conditions: ['@countermand/source'],
        external: ['pg-native'],
        banner: { js: NODE_GLOBALS },
        ...(name === 'server' && { inject: [own('instrument.ts')], plugins: [observe(replaced)] }),
      });
      return [name, outfile] as const;
    }),
  );
  const missing = OBSERVED.filter(({ name }) => !replaced.has(name));
  if (missing.length > 0)
    throw new Error(`the engine imports no ${missing.map(({ name }) => name).join(', ')}`);
  return Object.fromEntries(built) as unknown as ShopBuild;
}

function observe(replaced: Set<string>): Plugin {
  const engine = path.join(root, 'packages/runner-postgres/src');
  return {
    name: 'observe',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\// }, ({ path: name, importer }) => {
        const found = OBSERVED.find(
          (one) => one.name === name && path.join(engine, one.importer) === importer,
        );
        if (!found) return undefined;
        replaced.add(name);
        return { path: found.by };
      });
    },
  };
}
