import { existsSync, mkdirSync, readFileSync } from 'node:fs';
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
  mkdirSync(folder, { recursive: true });
  const all = publishedPackages.flatMap((name) => ['--filter', `./packages/${name}`]);
  const args = ['--yes', packageManager, '-r', ...all, 'pack', '--pack-destination', folder];
  await runQuietly('npx', args, { cwd: root, env: environment });
  return Object.fromEntries(publishedPackages.map((name) => [name, tarballOf(name, folder)]));
}

function tarballOf(name, folder) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
  const title = manifest.name.replace('@', '').replace('/', '-');
  const tarball = path.join(folder, `${title}-${manifest.version}.tgz`);
  if (!existsSync(tarball)) throw new Error(`${manifest.name} was not packed`);
  return tarball;
}
