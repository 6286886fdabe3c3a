import type { MarkdownRenderer } from 'vitepress';

/** Blocks of Mermaid become pictures, which the reader's browser draws with the copy of Mermaid in the site. */
export function drawMermaid(markdown: MarkdownRenderer) {
  const { fence } = markdown.renderer.rules;
  if (!fence) throw new Error('VitePress renders no fences');
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index];
    if (token?.info.trim() !== 'mermaid') return fence(tokens, index, ...rest);
    return `<MermaidDiagram source="${encodeURIComponent(token.content)}" />`;
  };
}
