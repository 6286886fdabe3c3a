import { later } from '../../answer.js';
import { type ChapterTools, codeOf } from './scenario.js';

/** Events from outside, and starts. */
export function describeEvents({ describe, test, expect }: ChapterTools): void {
  describe('an event', () => {
    test('that a transition takes is applied', async (booking) => {
      await booking.reach('RESERVED');
      expect(await booking.send('NOTE', { text: 'window' })).toEqual({
        outcome: 'applied',
        duplicate: false,
      });
      expect(await booking.context()).toMatchObject({ notes: ['window'] });
    });

    test('that nothing handles is ignored, with a reason for the sender and in the history', async (booking) => {
      await booking.reach('RESERVED');
      expect(await booking.send('ISSUE')).toMatchObject({ outcome: 'ignored', reason: 'NOT_HANDLED' });
      expect(await booking.told()).toContain('ISSUE ignored NOT_HANDLED');
    });

    test('that the state ignores on purpose is told apart', async (booking) => {
      await booking.reach('RESERVED');
      expect(await booking.send('SHRUG')).toMatchObject({ outcome: 'ignored', reason: 'IGNORED_ON_PURPOSE' });
    });

    test('that is not declared is refused, and so is one of the machine itself', async (booking) => {
      await booking.reach('RESERVED');
      for (const type of [
        'UNHEARD_OF',
        'xstate.after.TTL.booking.RESERVED',
        'xstate.done.actor.reserve',
        'constructor',
      ]) {
        expect(await codeOf(booking.send(type))).toBe('EVENT_NOT_DECLARED');
      }
      expect(await booking.view()).toMatchObject({ state: 'RESERVED' });
    });

    test('that carries an override is taken from administrators only', async (booking) => {
      await booking.reach('RESERVED');
      const move = { to: 'CANCELLED', reason: 'I say so', force: true };
      expect(await codeOf(booking.send('MOVE', move))).toBe('EVENT_NOT_DECLARED');
    });

    test('whose payload breaks its schema, or cannot be stored, is refused', async (booking) => {
      await booking.reach('RESERVED');
      expect(await codeOf(booking.send('NOTE', { text: 7 }))).toBe('EVENT_INVALID');
      expect(await codeOf(booking.send('NOTE', { text: 'nul \u0000' }))).toBe('EVENT_INVALID');
      expect(await codeOf(booking.send('NOTE', { text: '\ud800' }))).toBe('EVENT_INVALID');
      expect(await booking.told()).toEqual(['start applied', 'reserve.done applied', 'notify.done applied']);
    });

    test('is applied once for its message id', async (booking) => {
      await booking.reach('RESERVED');
      const note = () => booking.send('NOTE', { text: 'once' }, { messageId: 'm-1' });
      expect(await note()).toEqual({ outcome: 'applied', duplicate: false });
      expect(await note()).toEqual({ outcome: 'applied', duplicate: true });
      expect(await booking.context()).toMatchObject({ notes: ['once'] });
    });

    test('is unique within its saga only', async (booking) => {
      await booking.reach('RESERVED');
      await booking.runner.start({ name: 'booking' }, { seat: 'B2' }, { id: 'saga-2' });
      await booking.host.settle();
      await booking.send('NOTE', { text: 'mine' }, { messageId: 'm-1' });
      const sent = booking.runner.send('saga-2', { type: 'NOTE', text: 'yours' }, { messageId: 'm-1' });
      expect(await sent).toMatchObject({ outcome: 'applied', duplicate: false });
    });

    test('for a saga that nobody started is an error where it may not wait', async (booking) => {
      expect(await codeOf(booking.runner.send('nobody', { type: 'PAY' }))).toBe('SAGA_NOT_FOUND');
      expect(await codeOf(booking.runner.send('nobody', { type: 'UNHEARD_OF' }))).toBe('EVENT_NOT_DECLARED');
    });
  });

  describe('an event that may be deferred', () => {
    test('waits where the state does not handle it, and is applied when one does', async (booking) => {
      booking.hold('reserve');
      await booking.start();
      expect(await booking.send('NOTE', { text: 'early' })).toMatchObject({
        outcome: 'deferred',
        reason: 'NOT_HANDLED_YET',
      });
      await booking.letGo('reserve');
      expect(await booking.context()).toMatchObject({ notes: ['early'] });
    });

    test('waits where a guard refuses it', async (booking) => {
      await booking.reach('RESERVED');
      expect(await booking.send('NOTE', { text: 'unwelcome' })).toMatchObject({ outcome: 'deferred' });
    });

    test('is dropped when its time is up, and the history says so', async (booking) => {
      booking.reply('reserve', () => later());
      await booking.start();
      await booking.send('NOTE', { text: 'early' });
      await booking.host.advance(6_000);
      await booking.runner.answer('saga-1:reserve:1', { output: { reference: 'by post' } });
      await booking.host.settle();
      expect(await booking.told()).toContain('NOTE ignored DEFER_EXPIRED');
      expect(await booking.context()).toMatchObject({ notes: [] });
    });

    test('and tells of something open is undone, though its time was up before a state took it', async (booking) => {
      booking.reply('reserve', () => later());
      await booking.start();
      await booking.send('PAYMENT_CAME', { reference: 'early' });
      await booking.host.advance(21_000);
      await booking.send('CANCEL');
      await booking.host.settle();
      expect(await booking.told()).toContain('PAYMENT_CAME ignored DEFER_EXPIRED');
      expect(booking.callsOf('refund')).toMatchObject([{ input: { seat: 'A1', reference: 'early' } }]);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('waits for its saga to begin, and is applied once', async (booking) => {
      const early = () =>
        booking.runner.send(
          booking.id,
          { type: 'NOTE', text: 'first!' },
          { messageId: 'm-1', actor: 'webhook' },
        );
      expect(await early()).toMatchObject({ outcome: 'deferred', duplicate: false });
      expect(await early()).toMatchObject({ duplicate: true });
      await booking.start();
      expect(await booking.context()).toMatchObject({ notes: ['first!'] });
      expect(await early()).toMatchObject({ duplicate: true });
      await booking.host.settle();
      expect(await booking.context()).toMatchObject({ notes: ['first!'] });
    });

    test('that came early is refused where its payload breaks its schema', async (booking) => {
      expect(await codeOf(booking.runner.send(booking.id, { type: 'NOTE', text: 7 }))).toBe('EVENT_INVALID');
    });

    test('that came early waits no longer than its time', async (booking) => {
      await booking.runner.send(booking.id, { type: 'NOTE', text: 'forgotten' }, { actor: 'webhook' });
      await booking.host.advance(6_000);
      await booking.start();
      expect(await booking.context()).toMatchObject({ notes: [] });
    });
  });

  describe('a start', () => {
    test('with the same key and input finds the saga; with another input it is refused', async (booking) => {
      const start = (seat: string) =>
        booking.runner.start({ name: 'booking' }, { seat }, { idempotencyKey: 'click' });
      const first = await start('A1');
      expect(first.created).toBe(true);
      expect(await start('A1')).toEqual({ id: first.id, created: false });
      expect(await codeOf(start('B2'))).toBe('START_CONFLICT');
      await booking.host.settle();
      expect(booking.callsOf('reserve')).toHaveLength(1);
    });

    test('with the same id and input finds the saga, whatever its type was asked to be', async (booking) => {
      await booking.start();
      const again = booking.runner.start({ name: 'booking' }, { seat: 'A1' }, { id: booking.id });
      expect(await again).toEqual({ id: booking.id, created: false });
      expect(await codeOf(booking.runner.start({ name: 'pair' }, { seat: 'A1' }, { id: booking.id }))).toBe(
        'START_CONFLICT',
      );
    });

    test('that cannot be is refused, and nothing begins', async (booking) => {
      const { runner } = booking;
      expect(await codeOf(runner.start({ name: 'booking' }, { seat: 7 }, { id: 'x' }))).toBe('INPUT_INVALID');
      expect(await codeOf(runner.start({ name: 'booking' }, { seat: 'A1' }, { id: 'no:colons' }))).toBe(
        'SAGA_ID_INVALID',
      );
      expect(await codeOf(runner.start({ name: 'unheard-of' }, {}, { id: 'x' }))).toBe('SAGA_UNKNOWN');
      expect(await runner.get('x')).toBeUndefined();
      expect(booking.calls).toEqual([]);
    });
  });
}
