import { expect, test as it } from 'vitest';
import { normalizeAdapter } from './adapter.js';
import {
  cannotSay,
  declined,
  isDeclined,
  isLater,
  landed,
  later,
  notLanded,
  readProbeAnswer,
} from './answer.js';

it('answers are told apart, also from outputs that look like them', () => {
  expect(isDeclined(declined('NO'))).toBe(true);
  expect(isLater(later())).toBe(true);
  for (const output of [null, undefined, 'declined', { kind: 'declined', code: 'NO' }, later()])
    expect(isDeclined(output)).toBe(false);
  for (const output of [null, undefined, 'later', {}, declined('NO')]) expect(isLater(output)).toBe(false);
});

it('a decline carries its code and details', () => {
  expect(declined('NO')).toMatchObject({ code: 'NO' });
  expect('details' in declined('NO')).toBe(false);
  expect(declined('NO', { left: 2 })).toMatchObject({ details: { left: 2 } });
});

it('what a probe said is read, and anything else is no answer', () => {
  expect(readProbeAnswer(landed({ id: 1 }))).toEqual({ kind: 'landed', output: { id: 1 } });
  expect(readProbeAnswer(notLanded())).toEqual({ kind: 'notLanded' });
  expect(readProbeAnswer(cannotSay())).toEqual({ kind: 'cannotSay' });
  for (const other of [undefined, true, { kind: 'landed' }, declined('NO')])
    expect(readProbeAnswer(other)).toBeUndefined();
});

it('both forms of an adapter come to one', () => {
  const run = () => 1;
  const probe = () => Promise.resolve(notLanded());
  expect(normalizeAdapter(run)).toEqual({ run, probe: undefined });
  expect(normalizeAdapter({ run })).toEqual({ run, probe: undefined });
  expect(normalizeAdapter({ run, probe })).toEqual({ run, probe });
  for (const other of [undefined, null, 'run', {}, { run: 1 }])
    expect(normalizeAdapter(other)).toBeUndefined();
});
