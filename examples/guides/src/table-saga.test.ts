import { declined } from '@countermand/saga-core';
import {
  createTestRunner,
  given,
  inMemory,
  only,
  pathTests,
  renderCoverage,
  stepDeclined,
  stepDone,
  timerFires,
  toBeSound,
} from '@countermand/saga-core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { booking } from './table-saga.ts';

const guest = { table: 't-7', guest: 'ann' };

// #region sound
it('keeps no table that nobody confirmed', () => {
  expect(toBeSound(booking)).toMatchObject({ pass: true });
});
// #endregion sound

// #region given
it('gives the table back when the guest does not confirm in time', () => {
  const story = given(booking, guest).after(stepDone('holdTable', {})).when(timerFires('TIME_TO_CONFIRM'));
  expect(story.came).toEqual(
    only({ state: 'cancelling', asks: ['freeTable'], disarms: ['REMINDER'], open: ['table.held:t-7'] }),
  );
});

it('is over at once where the table is taken', () => {
  const story = given(booking, guest).when(stepDeclined('holdTable', 'TAKEN'));
  expect(story.came).toEqual(only({ state: 'cancelled' }));
});
// #endregion given

// #region virtual
it('reminds the guest twice, and then gives the table back', async () => {
  const runner = createTestRunner({
    sagas: [booking],
    adapters: { holdTable: () => ({}), freeTable: () => ({}), remindGuest: () => ({}) },
  });
  const { id } = await runner.start(booking, guest);
  await runner.advance(2 * 60 * 60_000); // two hours, at once

  expect((await runner.get(id))?.state).toBe('cancelled');
  expect(runner.calls().map(({ step }) => step)).toEqual([
    'holdTable',
    'remindGuest',
    'remindGuest',
    'freeTable',
  ]);
});
// #endregion virtual

it('holds nothing where the table is taken', async () => {
  const runner = createTestRunner({
    sagas: [booking],
    adapters: { holdTable: () => declined('TAKEN'), freeTable: () => ({}), remindGuest: () => ({}) },
  });
  const { id } = await runner.start(booking, guest);
  await runner.settle();
  expect(await runner.get(id)).toMatchObject({ state: 'cancelled', openObligations: [] });
});

// #region paths
const paths = pathTests({ describe, it, expect }, inMemory, booking);
afterAll(() => console.log(renderCoverage(paths.coverage()))); // which transitions the tests have taken
// #endregion paths
