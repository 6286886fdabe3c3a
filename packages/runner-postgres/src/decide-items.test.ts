import { createOrderSaga } from '@countermand/saga-core/order';
import { expect, it } from 'vitest';
import { decideItems } from './decide-items.js';
import type { MoveItem } from './move-item.js';
import type { Claims } from './ports/claims.js';
import type { InboxRow } from './ports/inbox-rows.js';
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
