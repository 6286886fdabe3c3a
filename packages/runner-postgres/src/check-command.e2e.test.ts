import { fileURLToPath } from 'node:url';
import type { CheckReport } from '@countermand/saga-core';
import { expect, it } from 'vitest';
import { countermand } from './test-support/countermand.js';

const leaking = fileURLToPath(new URL('./test-support/leaking-saga.ts', import.meta.url));
const leakingTwice = fileURLToPath(new URL('./test-support/leaking-twice-saga.ts', import.meta.url));
const counting = fileURLToPath(new URL('./test-support/counting-saga.ts', import.meta.url));
const listening = fileURLToPath(new URL('./test-support/listening-module.ts', import.meta.url));
const order = fileURLToPath(new URL('./test-support/order-saga.ts', import.meta.url));
const trip = fileURLToPath(new URL('./test-support/trip-saga.ts', import.meta.url));

it('countermand check shows what is open at rest, and how it came to that, and fails', async () => {
  const { out, err, code } = await countermand(['check', leaking]);
  expect(err).toBe('');
  expect(out).toContain("seat:a is open at rest in gone, which doesn't keep it");
  expect(out).toMatch(/1\. step reserve: done +-> gone +open: seat:a/);
  expect(code).toBe(1);
});

it('countermand check --json is for programs', async () => {
  const { out } = await countermand(['check', leaking, '--export', 'leaking', '--json']);
  const [report] = JSON.parse(out) as CheckReport[];
  expect(report).toMatchObject({ saga: 'leaking', sound: false, explored: { complete: true } });
  // A program is told everything, whether people want to read it or not.
  expect(report?.assumptions.length).toBeGreaterThan(3);
  expect(report?.bounds.length).toBeGreaterThan(1);
});

it('countermand check says where it stopped at a bound, and --strict fails there', async () => {
  const [plain, strict] = await Promise.all([
    countermand(['check', counting]),
    countermand(['check', counting, '--strict']),
  ]);
  expect(plain.out).toMatch(/^counting 1: sound up to bounds\n/);
  expect(plain.out).toContain('a saga with more than 4 instances of seat was not followed further');
  expect([plain.code, strict.code]).toEqual([0, 1]);
});

it('countermand check proves the order lifecycle of the package, and says in few lines what was explored', async () => {
  const { out, code } = await countermand(['check', order]);
  expect(out).toMatch(/^order 1, with 1 payment: sound\n/);
  expect(out).toContain('\norder 1, with 2 payments: sound\n');
  expect(out.match(/^explored: \d+ states and \d+ transitions/gm)).toHaveLength(2);
  expect(out).toMatch(/\nassumed: guards are asked; /);
  expect(out).toContain('npx countermand check --verbose tells in full: ');
  expect(code).toBe(0);
});

it('countermand check --verbose tells every assumption in full', async () => {
  const [plain, verbose] = await Promise.all([
    countermand(['check', counting]),
    countermand(['check', counting, '--verbose']),
  ]);
  expect(verbose.out).toContain('\nassumed:\n  - ');
  expect(verbose.out).toContain('a parked saga waits for a person');
  expect(plain.out).not.toContain('a parked saga waits for a person');
});

it('countermand check --mermaid draws the way to the leak, and the leak in red', async () => {
  const { out } = await countermand(['check', leaking, '--mermaid']);
  expect(out).toContain('flowchart TD');
  expect(out).toContain('classDef leak fill:#c0392b');
});

it('countermand check --mermaid draws a way once, also where two things leak on it', async () => {
  const { out } = await countermand(['check', leakingTwice, '--mermaid']);
  expect(out.split('flowchart TD')).toHaveLength(2);
  expect(out).toMatch(
    /seat:a is open at rest in paid.*; money:a is open|money:a is open at rest in paid.*; seat:a is open/,
  );
});

it('countermand check takes several modules', async () => {
  const { out, code } = await countermand(['check', leaking, counting]);
  expect(out).toMatch(/^leaking 1: 1 finding\n/);
  expect(out).toContain('\ncounting 1: sound up to bounds\n');
  expect(code).toBe(1);
  expect(await countermand(['check', leaking, counting, '--export', 'leaking'])).toMatchObject({
    err: expect.stringContaining('--export names a saga of one module; there are 2'),
    code: 2,
  });
});

it('countermand check --explain tells what a rule means, without a module', async () => {
  const { out, code } = await countermand(['check', '--explain', 'obligation-left-open']);
  expect(out).toContain('## A machine that breaks it');
  expect(out).toContain('## How to mend it');
  expect(Math.max(...withoutCode(out).map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(code).toBe(0);
  expect(await countermand(['check', '--explain', 'leak'])).toMatchObject({
    err: expect.stringContaining("there is no rule 'leak'; there are answer-ignored, "),
    code: 2,
  });
});

it('countermand check --events tells what becomes of every public event in every state, and proves nothing', async () => {
  const [plain, json] = await Promise.all([
    countermand(['check', order, '--events']),
    countermand(['check', order, '--events', '--json']),
  ]);
  expect(plain).toMatchObject({ err: '', code: 0 });
  expect(plain.out).toMatch(
    /^order 1\n\nCREATED\.reservingStock\n {2}PAY +deferred\n {2}CANCEL +handled -> /,
  );
  expect(plain.out).not.toContain('sound');
  const [table] = JSON.parse(json.out) as [{ readonly events: readonly object[] }];
  expect(table).toMatchObject({ saga: 'order', version: 1 });
  expect(table.events).toContainEqual(
    expect.objectContaining({ state: 'RESERVED.waiting', event: 'PAY', becomes: 'handled' }),
  );
});

it('countermand check ends, also where the module that it looks at has begun to serve', async () => {
  const { out, code } = await countermand(['check', listening, '--export', 'trip', '--json']);
  expect(JSON.parse(out)).toMatchObject([{ saga: 'trip', sound: false }]);
  expect(code).toBe(1);
});

it('countermand diagram draws the machine', async () => {
  expect(await countermand(['diagram', trip])).toMatchObject({
    out: expect.stringContaining('classDef compensates'),
    code: 0,
  });
});

it('countermand check says what to do where there is nothing to check', async () => {
  expect(await countermand(['check', leaking, '--export', 'reserve'])).toMatchObject({
    err: expect.stringContaining("exports no saga 'reserve'; there is leaking"),
    code: 2,
  });
  expect(await countermand(['check'])).toMatchObject({
    err: expect.stringContaining('say which module'),
    code: 2,
  });
});

/** The lines of a page that stand outside of its blocks of code. */
function withoutCode(page: string): string[] {
  return page
    .split('```')
    .filter((_, index) => index % 2 === 0)
    .flatMap((part) => part.split('\n'));
}
