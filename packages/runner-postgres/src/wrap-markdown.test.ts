import { expect, it } from 'vitest';
import { wrapMarkdown } from './wrap-markdown.js';

it('breaks paragraphs at spaces, and leaves headings and code as they are', () => {
  const page = ['# a-rule', '', 'one two three four', '', '```', 'x x x x x x x x', '```', 'five six seven'];
  expect(wrapMarkdown(page.join('\n'), 10).split('\n')).toEqual([
    '# a-rule',
    '',
    'one two',
    'three four',
    '',
    '```',
    'x x x x x x x x',
    '```',
    'five six',
    'seven',
  ]);
});

it('keeps what is longer than a line whole, and sets in the lines of an item', () => {
  expect(wrapMarkdown('- one two three\nhttps://example.org/long', 9)).toBe(
    '- one two\n  three\nhttps://example.org/long',
  );
});
