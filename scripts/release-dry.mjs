// pnpm release:dry: what a release would publish, up to the upload: every package is built and packed as a release
// packs it, its manifest says who made it and where it comes from, and npm accepts it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packPackages } from './pack-packages.mjs';
import { environment, publishedPackages, root } from './prepare-workspace.mjs';
import { runChecks } from './run-checks.mjs';
import { runQuietly } from './run-quietly.mjs';

const REPOSITORY = 'https://github.com/countermand/countermand';
const temporary = mkdtempSync(path.join(os.tmpdir(), 'countermand-release-'));
let tarballs = {};

/** What npm shows of a package, and what provenance needs: npm compares the repository with the one that built it. */
function checkManifest(name) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
  const expected = {
    repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory: `packages/${name}` },
    homepage: `${REPOSITORY}/tree/main/packages/${name}#readme`,
    bugs: `${REPOSITORY}/issues`,
    license: 'MIT',
  };
  for (const [key, value] of Object.entries(expected)) {
    if (JSON.stringify(manifest[key]) !== JSON.stringify(value))
      throw new Error(`packages/${name}/package.json: ${key} must be ${JSON.stringify(value)}`);
  }
  for (const key of ['description', 'keywords', 'files', 'sideEffects', 'engines'])
    if (manifest[key] === undefined) throw new Error(`packages/${name}/package.json has no ${key}`);
  const { access, provenance } = manifest.publishConfig ?? {};
  if (access !== 'public' || provenance !== true)
    throw new Error(
      `packages/${name}/package.json: publishConfig must say access public and provenance true`,
    );
}

await runChecks({
  'manifests say where the packages come from, and ask for provenance': () =>
    publishedPackages.forEach(checkManifest),
  'the packages can be packed': async () => {
    tarballs = await packPackages(temporary);
  },
  'npm would publish every package': async () => {
    for (const name of publishedPackages) {
      // An attestation is made where CI can sign it, so not here.
      const flags = ['--dry-run', '--access', 'public', '--provenance=false', '--tag', 'dry'];
      await runQuietly('npm', ['publish', tarballs[name], ...flags], { cwd: temporary, env: environment });
    }
  },
});
rmSync(temporary, { recursive: true, force: true });
