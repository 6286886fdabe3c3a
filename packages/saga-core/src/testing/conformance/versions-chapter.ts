import { later } from '../../answer.js';
import { journey1, journey2 } from './journey-saga.js';
import type { ChapterTools } from './scenario.js';

const upgrade = { actor: 'admin' };

/** Several versions of a saga, and moves from one to the next. */
export function describeVersions({ describe, test, expect }: ChapterTools): void {
  describe('a saga of an earlier version', () => {
    test('goes on in its version, while those that start take the newest', async (journey) => {
      await journey.start(journey1);
      await journey.runner.start({ name: 'journey' }, { seat: 'B2' }, { id: 'newer' });
      await journey.host.settle();
      await journey.send('PAY');
      expect(await journey.view()).toMatchObject({ version: 1, state: 'DONE', settled: true });
      expect(await journey.runner.get('newer')).toMatchObject({
        version: 2,
        state: { WAITING: 'forPayment' },
      });
    });

    test('moves with its context, with what it holds open, and with its timer, due when it was', async (journey) => {
      await journey.start(journey1);
      const before = await journey.view();
      await journey.host.advance(5_000);
      expect(await journey.runner.upgrade(journey.id, upgrade)).toEqual({ outcome: 'upgraded' });
      const after = await journey.view();
      expect(after).toMatchObject({
        version: 2,
        state: { WAITING: 'forPayment' },
        context: { seat: 'A1', remarks: [], reminders: 0 },
      });
      expect(await journey.open()).toEqual(['seat.kept:A1 open']);
      const dueAt = (of: typeof before, delay: string) =>
        of.timers.find(({ id }) => id.includes(delay))?.dueAt;
      expect(dueAt(after, 'TTL')).toBe(dueAt(before, 'TTL'));
      await journey.host.advance(3_100);
      expect(await journey.context()).toMatchObject({ reminders: 1 });
      await journey.host.advance(2_000);
      expect(await journey.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
      expect(journey.called('release')).toHaveLength(1);
      expect(await journey.told()).toContain('upgrade applied version 1 to 2');
    });

    test('moves with a step in flight, whose key and call stay the same', async (journey) => {
      journey.reply('reserve', () => later());
      await journey.start(journey1);
      await journey.runner.upgrade(journey.id, upgrade);
      expect(await journey.row('holdSeat')).toMatchObject({ key: 'hold:1', status: 'awaiting' });
      const [call] = journey.callsOf('reserve');
      await journey.runner.answer(call?.key ?? '', { output: { reference: 'seat 1' } });
      await journey.host.settle();
      expect(await journey.view()).toMatchObject({ version: 2, state: { WAITING: 'forPayment' } });
      expect(await journey.open()).toEqual(['seat.kept:A1 open']);
      expect(journey.called()).toEqual(['reserve']);
    });

    test('moves with a step that waits for its next attempt, which the new version makes', async (journey) => {
      journey.reply('reserve', () => {
        throw new Error('not yet');
      });
      await journey.start(journey1);
      await journey.runner.upgrade(journey.id, upgrade);
      await journey.pass(3);
      expect(journey.called()).toEqual(['reserve', 'holdSeat']);
      expect(journey.calls.map(({ key }) => key)).toEqual(['saga-1:hold:1', 'saga-1:hold:1']);
      expect(await journey.view()).toMatchObject({ version: 2, state: { WAITING: 'forPayment' } });
    });

    test('takes what it had put off where its new version knows what to do with it', async (journey) => {
      await journey.start(journey1);
      await journey.send('NOTE', { text: 'by the window' });
      expect(await journey.told()).toContain('NOTE deferred NOT_HANDLED_YET');
      await journey.runner.upgrade(journey.id, upgrade);
      expect(await journey.context()).toMatchObject({ remarks: ['by the window'] });
    });

    test('stays where it is while an undo is known to its participant under another name', async (journey) => {
      journey.fails('release');
      await journey.start(journey1);
      await journey.send('CANCEL');
      await journey.pass(3);
      expect(await journey.view()).toMatchObject({ status: 'parked' });
      const refused = await journey.runner.upgrade(journey.id, upgrade);
      expect(refused).toMatchObject({ outcome: 'refused' });
      expect(await journey.view()).toMatchObject({ version: 1 });
    });

    test('is parked with the error where its migration throws, and a retry goes on in its own version', async (journey) => {
      await journey.start(journey1, { seat: 'cursed' });
      expect(await journey.runner.upgrade(journey.id, upgrade)).toMatchObject({ outcome: 'parked' });
      expect(await journey.view()).toMatchObject({
        version: 1,
        status: 'parked',
        state: 'RESERVED',
        parked: [{ code: 'UPGRADE_FAILED', message: 'its migration failed: nobody may move this one' }],
      });
      await journey.runner.retry(journey.id, { actor: 'admin' });
      await journey.send('PAY');
      expect(await journey.view()).toMatchObject({ version: 1, state: 'DONE', settled: true });
    });

    test('that is of the newest version stays as it is', async (journey) => {
      await journey.start(journey2);
      expect(await journey.runner.upgrade(journey.id, upgrade)).toEqual({ outcome: 'same' });
      expect(await journey.runner.history(journey.id)).toHaveLength(2);
    });
  });
}
