import { declined } from '../../answer.js';
import { group } from './group-saga.js';
import { pair } from './pair-saga.js';
import type { ChapterTools } from './scenario.js';

/** Machines of other shapes: parallel regions, spawned steps, and what they publish. */
export function describeShapes({ describe, test, expect }: ChapterTools): void {
  describe('parallel regions', () => {
    test('run their steps at once, and are at rest when all of them are', async (scenario) => {
      scenario.hold('reserve');
      await scenario.start(pair, null);
      expect(
        scenario
          .callsOf('reserve')
          .map(({ key }) => key)
          .sort(),
      ).toEqual(['saga-1:left:1', 'saga-1:right:1']);
      expect(await scenario.view()).toMatchObject({ status: 'running', settled: false });
      await scenario.letGo('reserve');
      expect(await scenario.view()).toMatchObject({
        state: { both: { left: 'sure', right: 'sure' } },
        status: 'rest',
        settled: true,
      });
    });

    test('are not at rest while one of them waits', async (scenario) => {
      scenario.reply('reserve', ({ input }) => {
        if (input.seat === 'R') throw new Error('not yet');
        return { reference: 'fine' };
      });
      await scenario.start(pair, null);
      expect(await scenario.view()).toMatchObject({
        state: { both: { left: 'sure', right: 'asking' } },
        status: 'running',
      });
    });
  });

  describe('rest', () => {
    test('with something open that it does not keep parks; a retry undoes it', async (scenario) => {
      await scenario.start(pair, null);
      await scenario.send('FORGET');
      const view = await scenario.view();
      expect(view).toMatchObject({ status: 'parked', settled: false });
      expect(view.parked).toMatchObject([{ code: 'OBLIGATION_LEFT_OPEN' }]);
      await scenario.runner.retry(scenario.id, { actor: 'admin' });
      await scenario.host.settle();
      expect(scenario.callsOf('release').map(({ input }) => input.seat)).toEqual(['R', 'L']);
      expect(await scenario.view()).toMatchObject({ status: 'rest', settled: true, parked: [] });
    });
  });

  describe('rest that names what it keeps', () => {
    test('parks with another of that kind, and a retry undoes that one alone', async (scenario) => {
      await scenario.start(pair, null);
      await scenario.send('HALVE');
      const view = await scenario.view();
      expect(view.parked).toMatchObject([{ code: 'OBLIGATION_LEFT_OPEN' }]);
      expect(view.parked[0]?.message.includes('with seat.held:R open')).toBe(true);
      await scenario.runner.retry(scenario.id, { actor: 'admin' });
      await scenario.host.settle();
      expect(scenario.callsOf('release').map(({ input }) => input.seat)).toEqual(['R']);
      expect(await scenario.open()).toEqual(['seat.held:L open']);
      expect(await scenario.view()).toMatchObject({ status: 'rest', settled: true, parked: [] });
    });
  });

  describe('spawned steps', () => {
    test('run at once under ids of their own, and answer one by one', async (scenario) => {
      await scenario.start(group, { seats: ['A', 'B', 'C'] });
      expect(scenario.callsOf('reserve').map(({ key }) => key)).toEqual(
        ['A', 'B', 'C'].map((seat) => `saga-1:seat-${seat}:1`),
      );
      expect(await scenario.context()).toMatchObject({ got: 3 });
      await scenario.send('CLOSE');
      expect(await scenario.view()).toMatchObject({ state: 'CLOSED', settled: true });
    });

    test('that fail where nothing waits for it are told, and the machine lives on', async (scenario) => {
      scenario.reply('reserve', ({ input }) =>
        input.seat === 'A' ? { reference: 'fine' } : declined('TAKEN'),
      );
      await scenario.start(group, { seats: ['A', 'B', 'tolerated'] });
      expect(await scenario.context()).toMatchObject({ got: 1, refused: 1 });
      expect(await scenario.told()).toContain('reserve.declined ignored NOT_HANDLED');
      await scenario.send('UNDO');
      expect(scenario.callsOf('release').map(({ input }) => input.seat)).toEqual(['A']);
      expect(await scenario.view()).toMatchObject({ state: { UNDONE: 'done' }, settled: true });
    });

    test('that are stopped settle their obligation and reach the machine no more', async (scenario) => {
      scenario.hold('reserve');
      await scenario.start(group, { seats: ['A', 'B'] });
      await scenario.send('DROP', { seat: 'B' });
      await scenario.letGo('reserve');
      expect(await scenario.context()).toMatchObject({ got: 1 });
      expect(await scenario.open()).toEqual(['seat.held:A open', 'seat.held:B open']);
      await scenario.send('UNDO');
      expect(scenario.callsOf('release').map(({ input }) => input.seat)).toEqual(['B', 'A']);
    });
  });

  describe('published events', () => {
    test('carry a sequence per saga, in the order of their emits', async (booking) => {
      await booking.reach('BOOKED');
      const published = await booking.host.published(booking.id);
      expect(published.map(({ sequence, event }) => [sequence, event])).toEqual([
        [1, { type: 'PAID', seat: 'A1' }],
        [2, { type: 'BOOKED', seat: 'A1' }],
        [3, { type: 'DONE', seat: 'A1' }],
      ]);
    });
  });
}
