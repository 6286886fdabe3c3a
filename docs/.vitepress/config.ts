import { defineConfig } from 'vitepress';
import { drawMermaid } from './draw-mermaid.ts';
import { linkToSources, REPOSITORY } from './link-to-sources.ts';
import { sidebar } from './pages.ts';

export default defineConfig({
  title: 'Countermand',
  description: 'The Postgres host for XState statecharts, with compensation you can prove',
  lang: 'en-GB',
  cleanUrls: true,
  srcExclude: ['node_modules/**'],
  rewrites: { 'check/README.md': 'check/index.md', 'api/README.md': 'api/index.md' },
  head: [['link', { rel: 'icon', href: '/logo.svg', type: 'image/svg+xml' }]],
  markdown: {
    config: (markdown) => {
      linkToSources(markdown);
      drawMermaid(markdown);
    },
  },
  themeConfig: {
    logo: '/logo.svg',
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'Concepts', link: '/concepts/obligations' },
      { text: 'Check', link: '/check/' },
      { text: 'Compared', link: '/comparison' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    footer: { message: 'MIT licence.' },
  },
});
