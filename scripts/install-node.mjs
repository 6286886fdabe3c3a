import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { environment, root } from './prepare-workspace.mjs';
import { runQuietly } from './run-quietly.mjs';

/** The versions of Node that are tested, by their major. */
const NODE_VERSIONS = { 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' };

/**
 * Installs a major version of Node beside the one that everything else uses, and keeps it for the next time.
 *
 * @returns the folder of its `node` program
 */
export async function installNode(major) {
  const version = NODE_VERSIONS[major];
  if (!version) throw new Error(`Node ${major} is not tested: ${Object.keys(NODE_VERSIONS).join(', ')} are`);
  const folder = path.join(root, 'node_modules', `.node-${version}`);
  const bin = path.join(folder, 'node_modules', '.bin');
  if (existsSync(path.join(bin, 'node'))) return bin;
  mkdirSync(folder, { recursive: true });
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--prefix', folder];
  await runQuietly('npm', ['install', ...flags, `node@${version}`], { cwd: folder, env: environment });
  return bin;
}
