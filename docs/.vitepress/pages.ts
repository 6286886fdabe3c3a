import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the documents. */
export const docs = path.dirname(import.meta.dirname);

/** Pages in the order in which a learner needs them: paths below `docs`; a pattern stands for all that it matches. */
const SECTIONS: { readonly text: string; readonly pages: readonly string[]; readonly collapsed?: boolean }[] =
  [
    { text: 'Start', pages: ['start.md', 'tutorial.md', 'writing-a-saga.md'] },
    {
      text: 'Concepts',
      pages: [
        'concepts/obligations.md',
        'concepts/unknown-outcomes.md',
        'concepts/visits.md',
        'concepts/rest.md',
        'concepts/parked.md',
      ],
    },
    {
      text: 'Guides',
      pages: [
        'guides/adapters.md',
        'guides/timeouts.md',
        'guides/testing.md',
        'versions.md',
        'operating.md',
        'console.md',
        'security.md',
        'scaling.md',
        'cli.md',
        'telemetry.md',
      ],
    },
    { text: 'Recipes', pages: ['recipes/transactions.md', 'recipes/frameworks.md', 'recipes/stripe.md'] },
    { text: 'What the check finds', pages: ['check/README.md', 'check/*.md'], collapsed: true },
    { text: 'Examples', pages: ['order-lifecycle.md', 'flows.md'] },
    { text: 'Reference', pages: ['errors.md', 'api/README.md', 'api/**/*.md'] },
    { text: 'Why, and how well', pages: ['comparison.md', 'guarantees.md', 'xstate-6.md'] },
    { text: 'Reliability', pages: ['simulation.md', 'chaos.md', 'reliability-report.md'] },
    { text: 'Performance', pages: ['performance.md', 'sizes.md'] },
    { text: 'Decisions', pages: ['adr/*.md'], collapsed: true },
  ];

/** What is no page: the front page, and what is not ours. */
const exclude = (name: string) => ['node_modules', '.vitepress', 'index.md'].includes(name);

/** The sidebar. Pages that no section names come last, so that none is ever out of reach. */
export function sidebar() {
  const placed = new Set<string>();
  const section = ({ text, pages, collapsed }: (typeof SECTIONS)[number]) => ({
    text,
    ...(collapsed !== undefined && { collapsed }),
    items: pages.flatMap(find).flatMap((page) => {
      if (placed.has(page)) return [];
      placed.add(page);
      return [{ text: titleOf(page), link: linkTo(page) }];
    }),
  });
  const sections = SECTIONS.map(section);
  const others = globSync('**/*.md', { cwd: docs, exclude }).filter((page) => !placed.has(page));
  if (others.length > 0) sections.push(section({ text: 'More', pages: others.sort() }));
  return sections;
}

/** @throws Error where a page is named that there isn't */
function find(page: string): string[] {
  if (page.includes('*')) return globSync(page, { cwd: docs, exclude }).sort();
  if (!existsSync(path.join(docs, page)))
    throw new Error(`docs/.vitepress/pages.ts: there is no docs/${page}`);
  return [page];
}

/** The first heading, without its marks. */
function titleOf(page: string): string {
  const heading = /^# (.+)$/m.exec(readFileSync(path.join(docs, page), 'utf8'))?.[1];
  if (heading === undefined) throw new Error(`docs/${page} has no heading`);
  return heading.replaceAll('`', '').replaceAll('\\', '');
}

function linkTo(page: string): string {
  return `/${page.replace(/README\.md$/, '').replace(/\.md$/, '')}`;
}
