import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import {
  environment,
  packageManager,
  prepareWorkspace,
  publishedPackages,
  root,
} from './prepare-workspace.mjs';
import { runQuietly } from './run-quietly.mjs';

/**
 * Builds what is out of date and packs every published package into `folder`, just as a release would.
 *
 * @returns the tarballs, by the short names of the packages
 */
export async function packPackages(folder) {
  await prepareWorkspace();
  const tarballs = {};
  for (const name of publishedPackages) {
    const destination = path.join(folder, name);
    mkdirSync(destination, { recursive: true });
    await runQuietly('npx', ['--yes', packageManager, 'pack', '--pack-destination', destination], {
      cwd: path.join(root, 'packages', name),
      env: environment,
    });
    tarballs[name] = path.join(destination, readdirSync(destination)[0]);
  }
  return tarballs;
}
