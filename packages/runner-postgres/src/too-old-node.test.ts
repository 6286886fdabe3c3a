import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { whyTooOld } from './too-old-node.js';

it.each(['20.20.2', '22.11.0'])('Node %s is told that it is too old, and what is needed', (version) => {
  expect(whyTooOld(version)).toBe(`this is Node ${version}; Node 22.12 or newer is needed`);
});

it.each(['22.12.0', '23.0.0', '24.21.0', '26.0.0'])('Node %s is taken', (version) => {
  expect(whyTooOld(version)).toBeUndefined();
});

it('what is needed is what the package says', () => {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(whyTooOld('1.0.0')).toContain(engines.node.replace(/^>=(\d+\.\d+).*$/, 'Node $1 or newer'));
});
