// pnpm sizes: writes docs/sizes.md: how large each package is, packed and unpacked, and what a program that imports it
// all gains, minified, without what the package itself depends on.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { packPackages } from './pack-packages.mjs';
import { publishedPackages, root } from './prepare-workspace.mjs';

const { build } = createRequire(createRequire(import.meta.url).resolve('tsup'))('esbuild');
const temporary = mkdtempSync(path.join(os.tmpdir(), 'countermand-sizes-'));
const kilobytes = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`;

/** The sum of the sizes of the files in a tarball, as `tar` lists them. */
function unpackedSize(tarball) {
  const lines = execFileSync('tar', ['-tvzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  return lines.reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[2]), 0);
}

async function importedSize(name) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from '${manifest.name}';`,
      resolveDir: path.join(root, 'packages', name, 'dist'),
    },
    alias: { [manifest.name]: path.join(root, 'packages', name, 'dist', 'index.js') },
    ...{ bundle: true, minify: true, write: false, platform: 'node', format: 'esm' },
    external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
  });
  return outputFiles[0].contents;
}

try {
  const tarballs = await packPackages(temporary);
  const rows = [];
  for (const name of publishedPackages) {
    const imported = await importedSize(name);
    const sizes = [
      statSync(tarballs[name]).size,
      unpackedSize(tarballs[name]),
      imported.length,
      gzipSync(imported).length,
    ];
    rows.push(`| \`@countermand/${name}\` | ${sizes.map(kilobytes).join(' | ')} |`);
  }
  const page = `# Sizes

Made by \`npx pnpm sizes\`. Packed is what npm fetches, unpacked what lies in \`node_modules\`: code for \`import\` and
\`require\`, its source maps and declarations. The import is everything that the main entry point exports, bundled and
minified, without the package's dependencies; a bundler leaves out what isn't used.

| package | packed | unpacked | import, minified | and compressed |
| --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}
`;
  writeFileSync(path.join(root, 'docs', 'sizes.md'), page);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
