import assert from 'node:assert/strict';
import { checkSaga, declined } from '@countermand/saga-core';
import { createTestRunner } from '@countermand/saga-core/testing';
import { it } from 'vitest';
import { yourAdapters } from './your-adapters.js';
import { yourSaga } from './your-saga.js';

const input = { item: 'book', account: 'ann', cents: 4_900 };

it('leaves nothing open on any path', () => {
  assert.deepEqual(checkSaga(yourSaga).findings, []);
});

it('reserves, and charges once it is confirmed', async () => {
  const runner = createTestRunner({ sagas: [yourSaga], adapters: yourAdapters });
  const { id } = await runner.start(yourSaga, input);
  await runner.settle();
  await runner.send(id, { type: 'CONFIRM' });
  await runner.settle();
  const saga = await runner.get(id);
  assert.equal(saga?.state, 'done');
});

it('gives the item back when the charge is refused', async () => {
  const adapters = { ...yourAdapters, charge: () => declined('REFUSED') };
  const runner = createTestRunner({ sagas: [yourSaga], adapters });
  const { id } = await runner.start(yourSaga, input);
  await runner.send(id, { type: 'CONFIRM' });
  await runner.settle();
  const saga = await runner.get(id);
  assert.deepEqual([saga?.state, saga?.openObligations], ['undone', []]);
  assert.deepEqual(
    runner.calls().map(({ step }) => step),
    ['reserve', 'charge', 'release'],
  );
});
