// pnpm docs:build: the documents as a site, in docs/.vitepress/dist. Its tools are a workspace of their own, installed
// by the first run. A page that isn't there, a dead link, also one to a heading, and anything that the pages would
// fetch from elsewhere fail the build. `--serve` serves the pages while they are written.
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import {
  environment,
  packageManager,
  prepareWorkspace,
  publishedPackages,
  root,
} from './prepare-workspace.mjs';
import { runChecks } from './run-checks.mjs';
import { runProgram } from './run-program.mjs';
import { runQuietly } from './run-quietly.mjs';

const docs = path.join(root, 'docs');
const site = path.join(docs, '.vitepress', 'dist');
const env = {
  ...environment,
  PATH: [path.join(docs, 'node_modules', '.bin'), environment.PATH].join(path.delimiter),
};
const run = (program, ...args) => runQuietly(program, args, { cwd: docs, env });

const install = () => run('npx', '--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline');

/** A page for each entry point of each package, made from the doc comments. */
async function writeReference() {
  rmSync(path.join(docs, 'api'), { recursive: true, force: true });
  const entries = publishedPackages.flatMap((name) => {
    const folder = path.join('..', 'packages', name);
    const manifest = JSON.parse(readFileSync(path.join(docs, folder, 'package.json'), 'utf8'));
    return Object.entries(manifest.exports).flatMap(([entry, { '@countermand/source': source }]) =>
      source ? [`${path.join(manifest.name, entry)}=${path.join(folder, source)}`] : [],
    );
  });
  await run('node', 'write-reference.mjs', ...entries);
}

/** Fragments of links are looked up in the pages that they lead to. */
function checkFragments() {
  const pages = globSync('**/*.html', { cwd: site });
  const idsOf = new Map(
    pages.map((page) => {
      const html = readFileSync(path.join(site, page), 'utf8');
      return [
        page,
        { html, ids: new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => decodeText(id))) },
      ];
    }),
  );
  const dead = [];
  for (const [page, { html }] of idsOf) {
    for (const [, href] of html.matchAll(/<a [^>]*href="([^"#:]*#[^"]+)"/g)) {
      const [to, fragment] = decodeText(href).split('#');
      const target = fileOf(to === '' ? `/${page}` : to, page);
      if (!idsOf.get(target)?.ids.has(decodeURIComponent(fragment))) dead.push(`${page}: ${href}`);
    }
  }
  if (dead.length > 0)
    throw new Error(`links to headings that are not there:\n${[...new Set(dead)].join('\n')}`);
}

function fileOf(link, from) {
  const file = link.startsWith('/') ? link.slice(1) : path.join(path.dirname(from), link);
  if (file === '' || file.endsWith('/')) return `${file}index.html`;
  return file.endsWith('.html') ? file : `${file}.html`;
}

function decodeText(text) {
  return text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
}

/** The site works on a machine without a network: nothing in it is fetched from another host. */
function checkOffline() {
  const fetched = [
    /<(?:script|img|iframe|source)\b[^>]*\ssrc="(?:https?:)?\/\/[^"]+"/g,
    /<link\b(?=[^>]*rel="(?:stylesheet|preload|modulepreload|preconnect|icon)")[^>]*href="(?:https?:)?\/\/[^"]+"/g,
    /url\(["']?(?:https?:)?\/\/[^)]+\)/g,
    /@import\s+["'](?:https?:)?\/\/[^"']+/g,
  ];
  const found = globSync('**/*.{html,css}', { cwd: site }).flatMap((file) => {
    const text = readFileSync(path.join(site, file), 'utf8');
    return fetched.flatMap((pattern) => (text.match(pattern) ?? []).map((what) => `${file}: ${what}`));
  });
  if (found.length > 0) throw new Error(`fetched from elsewhere:\n${found.join('\n')}`);
}

function checkSearch() {
  const indexes = globSync('assets/chunks/@localSearchIndex*.js', { cwd: site });
  const [index] = indexes;
  if (index === undefined || !readFileSync(path.join(site, index), 'utf8').includes('obligation'))
    throw new Error('the site has no index to search offline');
}

await prepareWorkspace();
if (process.argv.includes('--serve')) {
  await install();
  if (!existsSync(path.join(docs, 'api'))) await writeReference();
  process.exitCode = await runProgram('vitepress', ['dev', '.'], { cwd: docs, env });
} else {
  await runChecks({
    "the site's tools are installed": install,
    'the reference is written from the doc comments': writeReference,
    'the site is built: every page is there, no link is dead': () => run('vitepress', 'build', '.'),
    'every link to a heading finds it': checkFragments,
    'search works offline': checkSearch,
    'nothing is fetched from elsewhere': checkOffline,
  });
}
