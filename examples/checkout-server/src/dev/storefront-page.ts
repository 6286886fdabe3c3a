import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { COLOUR_TOKENS } from '@countermand/console';
import type { StorefrontFacts } from './live-contract.ts';

const FOLDER = fileURLToPath(new URL('../../storefront/', import.meta.url));

/** The page's module and style sheet. */
export interface BuiltPage {
  readonly script: string;
  readonly style: string;
}

let built: Promise<BuiltPage> | undefined;

/** Makes one module of the page's sources, when somebody first asks for it: that takes a fraction of a second. */
export function buildPage(): Promise<BuiltPage> {
  built ??= build().catch((error: unknown) => {
    built = undefined;
    throw error;
  });
  return built;
}

async function build(): Promise<BuiltPage> {
  // The server starts without it, and most never need it.
  const esbuild = await import('esbuild');
  const [script, style] = await Promise.all([
    esbuild.build({
      entryPoints: [path.join(FOLDER, 'page.tsx')],
      ...{ bundle: true, write: false, format: 'esm', target: 'es2022', minify: true, legalComments: 'none' },
      ...{ jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'silent' },
      // Packages are taken as this process takes them: built, or in development from their sources.
      conditions: process.execArgv.flatMap((flag) => /^--conditions=(.+)$/.exec(flag)?.[1] ?? []),
    }),
    readFile(path.join(FOLDER, 'page.css'), 'utf8'),
  ]);
  return { script: script.outputFiles[0]?.text ?? '', style: `${COLOUR_TOKENS}${style}` };
}

/** The page itself, with the facts that it needs to begin. */
export async function renderPage(facts: StorefrontFacts): Promise<string> {
  const html = await readFile(path.join(FOLDER, 'page.html'), 'utf8');
  const page = facts.has_console ? html : html.replace('<a href="/console">Console</a>', '');
  return page.replace('"{{facts}}"', () => JSON.stringify(facts).replaceAll('<', '\\u003c'));
}
