import { existsSync } from 'node:fs';
import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { docs } from './pages.ts';

/** Where the sources can be read. */
export const REPOSITORY = 'https://github.com/countermand/countermand';

const root = path.dirname(docs);

/**
 * Links that lead out of `docs`, to a file or folder of the repository, lead to where the sources can be read.
 * One that leads nowhere fails the build, as a dead link between pages does.
 */
export function linkToSources(markdown: MarkdownRenderer) {
  markdown.core.ruler.push('link-to-sources', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null || /^([a-z]+:|#|\/)/.test(href)) continue;
      const [file = '', fragment] = href.split('#');
      const target = path.relative(root, path.resolve(docs, path.dirname(env.relativePath), decodeURI(file)));
      if (target.startsWith(`docs${path.sep}`)) continue;
      if (target.startsWith('..') || !existsSync(path.join(root, target)))
        throw new Error(`docs/${env.relativePath}: ${href} leads nowhere`);
      token.attrSet('href', `${REPOSITORY}/blob/main/${target}${fragment ? `#${fragment}` : ''}`);
    }
  });
}
