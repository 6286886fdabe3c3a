import { expect, it } from 'vitest';
import { decideItems } from './decide-items.js';
import type { AnswerItem } from './move-item.js';
import type { ClaimedRow, Claims } from './ports/claims.js';
import { SagaRegistry } from './saga-registry.js';

const row = { id: 'pay', visit: 1, traceparent: null, role: 'invoke', lastError: null } as const;
const answered: ClaimedRow = {
  ...{ sagaId: 'o-1', key: 'pay:1', id: 'pay', visit: 1, status: 'settled', attempt: 2 },
  ...{ lease: null, traceparent: null, isForgotten: true },
};
const claims: Claims = {
  ...{ now: 2, sagas: new Map(), busy: new Set(), inbox: new Map(), claimed: new Map() },
  ...{ refused: new Map([['o-1 pay:1', answered]]), leftToOthers: new Set() },
};

it.each([
  ['of the attempt that was taken was heard before, by a commit whose own answer was lost', 2, true],
  ['of an attempt that had lost its lease is refused', 1, false],
])('an answer %s', (_what, attempt, applied) => {
  const item: AnswerItem = {
    ...{ kind: 'answer', sagaId: 'o-1', key: 'pay:1', from: ['leased'], lease: 'l', late: false },
    ...{ outcome: { kind: 'done', output: null }, row: { ...row, attempt } },
  };
  const { verdicts, folds } = decideItems([item], claims, new Set(), new SagaRegistry([], {}));
  expect(verdicts).toEqual([{ result: { kind: 'done', applied } }]);
  expect(folds).toEqual([]);
});

it('an answer whose row a zombie of the same batch was asked about is not refused for that', () => {
  const { isForgotten: _gone, ...there } = answered;
  const held: ClaimedRow = { ...there, status: 'leased', lease: 'new' };
  const item = (lease: string): AnswerItem => ({
    ...{ kind: 'answer', sagaId: 'o-1', key: 'pay:1', from: ['leased'], lease, late: false },
    ...{ outcome: { kind: 'done', output: null }, row: { ...row, attempt: 2 } },
  });
  const asked = { ...claims, refused: new Map([['o-1 pay:1', held]]) };
  const { verdicts } = decideItems([item('old'), item('new')], asked, new Set(), new SagaRegistry([], {}));
  expect(verdicts).toEqual([{ result: { kind: 'done', applied: false } }, { result: { kind: 'again' } }]);
});
