import { begin } from '@countermand/saga-core';
import { createOrderSaga } from '@countermand/saga-core/order';
import { expect, it } from 'vitest';
import { decideItems } from './decide-items.js';
import type { MoveItem } from './move-item.js';
import { claimRequest } from './move-sagas.js';
import type { Claims } from './ports/claims.js';
import type { InboxRow } from './ports/inbox-rows.js';
import type { StoredSaga } from './ports/saga-rows.js';
import { SagaRegistry } from './saga-registry.js';

const amount = { amount: 1, currency: 'EUR' };
const input = {
  orderId: 'o-1',
  customerId: 'alice',
  items: [{ sku: 'book', quantity: 1 }],
  total: amount,
  payments: [{ method: 'card', amount }],
};
const early: InboxRow = {
  ...{ sagaId: 'o-1', messageId: 'm-1', status: 'pending', reason: null, event: { type: 'CANCEL' } },
  ...{ actor: 'alice', nonce: 'n-1', receivedAt: 1, expiresAt: null },
};

it('a message that the start takes is not taken again by the sweeper in the same batch', () => {
  const saga = createOrderSaga();
  const claims: Claims = {
    ...{
      now: 2,
      sagas: new Map(),
      busy: new Set(),
      claimed: new Map(),
      refused: new Map(),
      leftToOthers: new Set(),
    },
    inbox: new Map([['o-1 m-1', early]]),
  };
  const start: MoveItem = {
    kind: 'start',
    ...{ sagaId: 'o-1', saga, input, inputHash: 'h', nonce: 'n', actor: 'alice' },
  };
  const swept: MoveItem = { kind: 'inbox', sagaId: 'o-1', messageId: 'm-1' };
  const { folds, decided } = decideItems([start, swept], claims, new Set(), new SagaRegistry([saga], {}));
  expect(folds[0]?.history.filter(({ event }) => event === 'CANCEL')).toHaveLength(1);
  expect(decided).toMatchObject([{ messageId: 'm-1', status: 'applied', event: null }]);
});

it('of what comes behind an upgrade in the same batch nothing is claimed, for it is the next one that decides it', () => {
  const saga = createOrderSaga();
  const registry = new SagaRegistry([saga], {});
  const started = begin(saga, { sagaId: 'o-1', input, at: 1, actor: 'alice' });
  const stored: StoredSaga = {
    ...{ id: 'o-1', saga: saga.name, version: saga.version, status: 'running', revision: 1 },
    ...{ envelope: started.envelope, attributes: {}, error: null, startNonce: 'n', inputHash: 'h' },
    ...{ createdAt: 1, updatedAt: 1 },
  };
  const claims: Claims = {
    ...{ now: 2, sagas: new Map([['o-1', stored]]), busy: new Set(), inbox: new Map() },
    ...{ claimed: new Map(), refused: new Map(), leftToOthers: new Set() },
  };
  const answer: MoveItem = {
    ...{ kind: 'answer', sagaId: 'o-1', key: 'reserveStock:1', from: ['leased'], lease: 'l', late: false },
    outcome: { kind: 'done', output: null },
  };
  const timer: MoveItem = { kind: 'timer', sagaId: 'o-1', key: 'timer:t:1' };
  const upgrade: MoveItem = {
    ...{
      kind: 'upgrade',
      sagaId: 'o-1',
      from: saga.version,
      to: saga,
      structures: new Map(),
      actor: 'admin',
    },
  };
  const remembered = () => new Map<string, StoredSaga>();
  expect(claimRequest([upgrade, answer, timer], { registry, remembered }).outbox).toEqual([]);
  expect(claimRequest([answer, upgrade, timer], { registry, remembered }).outbox).toHaveLength(1);
  const { verdicts } = decideItems([upgrade, answer, timer], claims, new Set(), registry);
  expect(verdicts.map(({ result }) => result)).toEqual([
    { kind: 'upgraded', result: { outcome: 'same' } },
    { kind: 'again' },
    { kind: 'again' },
  ]);
});
