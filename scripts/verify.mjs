// pnpm verify: everything about the code that a machine can judge without running it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkPins } from './check-pins.mjs';
import { checkDocs } from './generate-docs.mjs';
import { packPackages } from './pack-packages.mjs';
import { environment, prepareWorkspace, publishedPackages, root } from './prepare-workspace.mjs';
import { checkApiReports } from './report-api.mjs';
import { runChecks } from './run-checks.mjs';
import { runQuietly } from './run-quietly.mjs';

const run = (program, ...args) => runQuietly(program, args, { cwd: root, env: environment });
// TypeScript 7 otherwise looks at what is common to all files once for each core.
const checkTypes = (config) => run('tsc', '--noEmit', '--checkers', '1', '-p', config);
const packed = mkdtempSync(path.join(os.tmpdir(), 'countermand-verify-'));

await prepareWorkspace();
let tarballs = {};
const ofEachTarball = async (check) => {
  for (const name of publishedPackages) {
    if (!tarballs[name]) throw new Error(`${name} could not be packed`);
    await check(tarballs[name]);
  }
};

await runChecks({
  'lint and format': () => run('biome', 'check', '--error-on-warnings', '--colors=off'),
  types: () => checkTypes('tsconfig.json'),
  'types of the page of the checkout server': () =>
    checkTypes('examples/checkout-server/storefront/tsconfig.json'),
  'types of the core, which knows no platform': () => checkTypes('packages/saga-core/tsconfig.pure.json'),
  'types of what runs in browsers': () => checkTypes('packages/console/browser/tsconfig.json'),
  // They are installed with the first `pnpm bench`, and by nothing else.
  ...(existsSync(path.join(root, 'bench/peers/node_modules')) && {
    "types of the bench's peers": () => checkTypes('bench/peers/tsconfig.json'),
  }),
  'dependency rules': () =>
    run('depcruise', '--config', '.dependency-cruiser.mjs', 'packages', 'examples', 'chaos', 'bench/src'),
  'dependencies are pinned, and scripts of theirs are named': () => checkPins(root),
  'nothing unused, nothing undeclared': () => run('knip', '--no-config-hints'),
  'the packages can be packed': async () => {
    tarballs = await packPackages(packed);
  },
  'package metadata (publint)': () => ofEachTarball((tarball) => run('publint', 'run', tarball, '--strict')),
  'types for every importer (attw)': () =>
    ofEachTarball((tarball) => run('attw', tarball, '--profile', 'node16')),
  'API reports are current': () => checkApiReports({ write: false }),
  'documents are current': () => checkDocs({ write: false }),
});
rmSync(packed, { recursive: true, force: true });
