import { declined, landed, later, notLanded } from '../../answer.js';
import type { ChapterTools } from './scenario.js';

/** What `compensate` undoes, in which order, and what it waits for. */
export function describeCompensation({ describe, test, expect }: ChapterTools): void {
  describe('compensation', () => {
    test('undoes what is open, newest start first, one after another, and is done when nothing is', async (booking) => {
      await booking.reach('PAID');
      booking.hold('cancelPayment');
      await booking.send('CANCEL');
      expect(await booking.view()).toMatchObject({ status: 'compensating', settled: false });
      expect(booking.called('cancelPayment', 'release')).toEqual(['cancelPayment']);
      await booking.letGo('cancelPayment');
      expect(booking.called('cancelPayment', 'release')).toEqual(['cancelPayment', 'release']);
      expect(await booking.view()).toMatchObject({
        state: { CANCELLED: 'done' },
        status: 'rest',
        settled: true,
      });
      expect(await booking.open()).toEqual([]);
    });

    test('gives each undo the forward input and output, and a key that names what it undoes', async (booking) => {
      await booking.reach('PAID');
      await booking.send('CANCEL');
      expect(booking.callsOf('release')).toMatchObject([
        { key: 'saga-1:undo:seat.held:A1:1', input: { seat: 'A1', reference: 'seat A1' } },
      ]);
    });

    test('leaves alone what a later step has closed', async (booking) => {
      booking.reply('issueTicket', () => declined('NO_PAPER'));
      await booking.reach('TICKETING');
      expect(await booking.open()).toEqual(['seat.held:A1 open', 'payment.captured:A1 open']);
    });

    test('waits for an attempt in flight, and undoes what that brings', async (booking) => {
      booking.hold('authorize');
      await booking.reach('PAYING');
      await booking.send('CANCEL');
      expect(await booking.view()).toMatchObject({ status: 'compensating' });
      expect(booking.called('cancelPayment', 'release')).toEqual([]);
      await booking.letGo('authorize');
      expect(booking.callsOf('cancelPayment')).toMatchObject([
        { input: { seat: 'A1', reference: 'hold 1' } },
      ]);
      expect(booking.called('cancelPayment', 'release')).toEqual(['cancelPayment', 'release']);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('undoes nothing of an attempt in flight that is declined', async (booking) => {
      booking.hold('authorize');
      booking.reply('authorize', () => declined('NO_MONEY'));
      await booking.reach('PAYING');
      await booking.send('CANCEL');
      await booking.letGo('authorize');
      expect(booking.called('cancelPayment', 'release')).toEqual(['release']);
    });

    test('does not wait for the next try of a step that was left', async (booking) => {
      booking.fails('authorize');
      booking.replyToProbe('authorize', () => notLanded());
      await booking.reach('PAYING');
      await booking.send('CANCEL');
      expect(booking.callsOf('authorize')).toHaveLength(1);
      expect(booking.called('probe authorize', 'cancelPayment', 'release')).toEqual([
        'probe authorize',
        'cancelPayment',
        'release',
      ]);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('does not try a step again that was left while its attempt ran', async (booking) => {
      booking.hold('authorize');
      booking.fails('authorize');
      booking.replyToProbe('authorize', () => notLanded());
      await booking.reach('PAYING');
      await booking.send('CANCEL');
      await booking.letGo('authorize');
      await booking.pass(2);
      expect(booking.callsOf('authorize')).toHaveLength(1);
      expect(await booking.view()).toMatchObject({ settled: true });
    });

    test('does not wait for an answer that comes later: it asks the probe, and undoes what landed with its output', async (booking) => {
      booking.reply('authorize', () => later());
      booking.replyToProbe('authorize', () => landed({ reference: 'landed' }));
      await booking.reach('PAYING');
      await booking.send('CANCEL');
      expect(booking.called('probe authorize', 'cancelPayment')).toEqual([
        'probe authorize',
        'cancelPayment',
      ]);
      expect(booking.callsOf('cancelPayment')).toMatchObject([{ input: { reference: 'landed' } }]);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('undoes what its probe does not find, for that could still land', async (booking) => {
      booking.reply('authorize', () => later());
      booking.replyToProbe('authorize', () => notLanded());
      await booking.reach('PAYING');
      await booking.send('CANCEL');
      expect(booking.callsOf('cancelPayment')).toMatchObject([{ input: { reference: null } }]);
    });

    test('asks the probe by the key of the step that it asks about', async (booking) => {
      booking.reply('authorize', () => later());
      await booking.reach('PAYING');
      await booking.send('CANCEL');
      await booking.pass(2);
      const probes = booking.calls.filter(({ kind }) => kind === 'probe');
      expect([...new Set(probes.map(({ key }) => key))]).toEqual(['saga-1:authorize:1']);
    });

    test('undoes again what lands after it was undone, with a new key', async (booking) => {
      booking.reply('authorize', () => later());
      booking.replyToProbe('authorize', () => notLanded());
      await booking.reach('PAYING');
      await booking.send('CANCEL');
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
      await booking.runner.answer('saga-1:authorize:1', { output: { reference: 'too late' } });
      await booking.host.settle();
      expect(booking.callsOf('cancelPayment')).toMatchObject([
        { key: 'saga-1:undo:payment.authorized:A1:1', input: { reference: null } },
        { key: 'saga-1:undo:payment.authorized:A1:2', input: { reference: 'too late' } },
      ]);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('undoes money that comes when all is over; the same news again is old', async (booking) => {
      await booking.reach('PAID');
      await booking.send('CANCEL');
      expect(await booking.send('PAYMENT_CAME', { reference: 'late' })).toMatchObject({ outcome: 'applied' });
      expect(booking.callsOf('refund')).toMatchObject([{ input: { seat: 'A1', reference: 'late' } }]);
      await booking.send('PAYMENT_CAME', { reference: 'late' });
      expect(booking.callsOf('refund')).toHaveLength(1);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('is previewed by what it would undo now, in its order', async (booking) => {
      await booking.reach('PAID');
      const preview = await booking.runner.compensationPreview(booking.id);
      expect(preview).toMatchObject([
        { id: 'payment.authorized:A1', undo: 'cancelPayment', amount: { amount: 1_000, currency: 'EUR' } },
        { id: 'seat.held:A1', undo: 'release', certainty: 'open' },
      ]);
    });
  });
}
