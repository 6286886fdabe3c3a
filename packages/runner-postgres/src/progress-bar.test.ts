import { expect, it } from 'vitest';
import { progressBar, renderBar } from './progress-bar.js';

function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return { written, stream: { isTTY, write } as unknown as NodeJS.WriteStream };
}

it('a bar tells how much is done', () => {
  expect(renderBar('upgrading trip', 6, 24)).toBe('upgrading trip [======                  ] 6 of 24 (25 %)');
  expect(renderBar('migrating', 0, 0)).toContain('(100 %)');
});

it('a bar stays on one line of the terminal, and is gone in the end', () => {
  const { written, stream: terminal } = stream(true);
  const bar = progressBar('migrating', terminal);
  bar.show(0, 2);
  bar.show(2, 2);
  bar.end();
  expect(written.every((text) => text.startsWith('\r\u001b[K') && !text.includes('\n'))).toBe(true);
  expect(written.at(-1)).toBe('\r\u001b[K');
});

it('where a program reads there is no bar', () => {
  const { written, stream: pipe } = stream(false);
  const bar = progressBar('migrating', pipe);
  bar.show(1, 2);
  bar.end();
  expect(written).toEqual([]);
});
