import { later } from '../../answer.js';
import type { ChapterTools } from './scenario.js';

/** Compensation that is disturbed: undos that fail, and machines that leave and come back. */
export function describeUnwinding({ describe, test, expect }: ChapterTools): void {
  describe('an undo', () => {
    test('is tried again with the same key', async (booking) => {
      booking.reply('release', ({ attempt }) => {
        if (attempt === 1) throw new Error('try again');
        return { ok: true };
      });
      await booking.reach('RESERVED');
      await booking.send('CANCEL');
      await booking.pass(2);
      const key = 'saga-1:undo:seat.held:A1:1';
      expect(booking.callsOf('release')).toMatchObject([
        { key, attempt: 1 },
        { key, attempt: 2 },
      ]);
      expect(await booking.view()).toMatchObject({ settled: true });
    });

    test('that cannot succeed parks the saga with what is left; the others go on', async (booking) => {
      booking.fails('cancelPayment');
      await booking.reach('PAID');
      await booking.send('CANCEL');
      await booking.pass(2);
      expect(booking.callsOf('release')).toHaveLength(1);
      const view = await booking.view();
      expect(view).toMatchObject({ status: 'parked', settled: false, state: { CANCELLED: 'undoing' } });
      expect(view.parked).toMatchObject([{ code: 'UNDO_FAILED', key: 'undo:payment.authorized:A1:1' }]);
      expect(await booking.open()).toEqual(['payment.authorized:A1 open']);
    });

    test('that answers later holds up no other, and is done when its answer comes', async (booking) => {
      booking.reply('cancelPayment', () => later());
      await booking.reach('PAID');
      await booking.send('CANCEL');
      expect(booking.callsOf('release')).toHaveLength(1);
      expect(await booking.open()).toEqual(['payment.authorized:A1 open']);
      expect(await booking.row('cancelPayment')).toMatchObject({ status: 'awaiting' });
      await booking.runner.answer('saga-1:undo:payment.authorized:A1:1', { output: { ok: true } });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('that answers later that it failed parks, and is asked for again by a retry', async (booking) => {
      booking.reply('cancelPayment', () => later());
      await booking.reach('PAID');
      await booking.send('CANCEL');
      const key = 'saga-1:undo:payment.authorized:A1:1';
      await booking.runner.answer(key, { failed: 'no such account' });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ status: 'parked', settled: false });
      await booking.runner.retry('saga-1', { actor: 'admin' });
      await booking.host.settle();
      expect(booking.callsOf('cancelPayment').map((call) => call.key)).toEqual([key, key]);
      await booking.runner.answer(key, { output: { ok: true } });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('that is stuck is retried with the same key, and the compensation ends', async (booking) => {
      booking.fails('cancelPayment');
      await booking.reach('PAID');
      await booking.send('CANCEL');
      await booking.pass(2);
      booking.recovers('cancelPayment');
      await booking.runner.retry(booking.id, { actor: 'admin' });
      await booking.host.settle();
      expect([...new Set(booking.callsOf('cancelPayment').map(({ key }) => key))]).toEqual([
        'saga-1:undo:payment.authorized:A1:1',
      ]);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true, parked: [] });
    });

    test('that is stuck may be skipped with a reason, which the history keeps', async (booking) => {
      booking.fails('cancelPayment');
      await booking.reach('PAID');
      await booking.send('CANCEL');
      await booking.pass(2);
      const step = 'undo:payment.authorized:A1:1';
      await booking.runner.skip(booking.id, { actor: 'admin', step, reason: 'refunded by hand' });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true, parked: [] });
      const history = await booking.runner.history(booking.id);
      expect(history.filter(({ event }) => event === 'skip')).toMatchObject([
        { actor: 'admin', reason: 'refunded by hand' },
      ]);
    });

    test('goes on when its state is left; a step that would open something is answered, not begun', async (booking) => {
      await booking.reach('PAID');
      booking.hold('cancelPayment');
      await booking.send('CANCEL');
      await booking.send('TRY');
      expect(booking.callsOf('authorize')).toHaveLength(1);
      expect(await booking.context()).toMatchObject({ failure: 'compensating' });
      await booking.letGo('cancelPayment');
      expect(booking.called('cancelPayment', 'release')).toEqual(['cancelPayment', 'release']);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('that is under way is adopted when the state is entered again', async (booking) => {
      await booking.reach('PAID');
      booking.hold('cancelPayment');
      await booking.send('CANCEL');
      await booking.send('AGAIN');
      await booking.send('AGAIN');
      await booking.letGo('cancelPayment');
      expect(booking.callsOf('cancelPayment')).toHaveLength(1);
      expect(booking.callsOf('release')).toHaveLength(1);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });
  });

  describe('a step that the machine has left', () => {
    test('settles its row and its obligation, and nothing of the machine', async (booking) => {
      booking.hold('reserve');
      await booking.start();
      await booking.send('CANCEL');
      await booking.letGo('reserve');
      expect(await booking.row('reserve')).toMatchObject({ left: true, status: 'done' });
      expect(await booking.context()).toMatchObject({ reference: null });
      expect(booking.callsOf('release')).toMatchObject([{ input: { seat: 'A1', reference: 'seat A1' } }]);
    });

    test('and begun again has another visit, whose answer alone counts', async (booking) => {
      booking.hold('authorize');
      await booking.reach('PAYING');
      await booking.send('RESTART');
      expect(booking.callsOf('authorize').map(({ key }) => key)).toEqual([
        'saga-1:authorize:1',
        'saga-1:authorize:2',
      ]);
      await booking.letGo('authorize');
      expect(await booking.view()).toMatchObject({ state: 'PAID' });
      const steps = (await booking.view()).steps.filter(({ name }) => name === 'authorize');
      expect(steps).toMatchObject([
        { visit: 1, left: true, status: 'done' },
        { visit: 2, left: false, status: 'done' },
      ]);
    });
  });
}
