import { declined, later, notLanded } from '../../answer.js';
import { booking as bookingSaga } from './booking-saga.js';
import { group } from './group-saga.js';
import type { ChapterTools } from './scenario.js';

/** The history is complete, and replays to what is stored. */
export function describeHistory({ describe, test, expect }: ChapterTools): void {
  describe('the history', () => {
    test('tells every event with its states and actor', async (booking) => {
      await booking.reach('RESERVED');
      await booking.send('CANCEL');
      const history = await booking.runner.history(booking.id);
      expect(history.filter(({ event }) => event !== 'notify.done')).toMatchObject([
        { event: 'start', from: null, to: 'RESERVING', actor: 'customer' },
        { event: 'reserve.done', from: 'RESERVING', to: 'RESERVED', actor: 'system' },
        { event: 'CANCEL', from: 'RESERVED', to: { CANCELLED: 'undoing' }, actor: 'customer' },
        { event: 'release.done' },
        { event: 'compensate.done', to: { CANCELLED: 'done' } },
      ]);
    });

    test('has no gap and replays to what is stored: a success', async (booking) => {
      await booking.reach('BOOKED');
      await booking.send('CANCEL');
      expect((await booking.replayed(bookingSaga)).replay).toEqual(
        (await booking.replayed(bookingSaga)).stored,
      );
    });

    test('replays after a cancel in flight, and late answers', async (booking) => {
      booking.reply('authorize', () => later());
      booking.replyToProbe('authorize', () => notLanded());
      await booking.reach('PAYING');
      await booking.send('CANCEL');
      await booking.runner.answer('saga-1:authorize:1', { output: { reference: 'too late' } });
      await booking.host.settle();
      await booking.send('PAYMENT_CAME', { reference: 'later still' });
      expect((await booking.replayed(bookingSaga)).replay).toEqual(
        (await booking.replayed(bookingSaga)).stored,
      );
    });

    test('replays after events that came early, were deferred, or came while the saga was parked', async (booking) => {
      await booking.runner.send(booking.id, { type: 'NOTE', text: 'first!' });
      booking.reply('reserve', () => declined('MOOD'));
      await booking.start();
      await booking.send('NOTE', { text: 'second' });
      booking.recovers('reserve');
      await booking.runner.retry(booking.id, { actor: 'admin' });
      await booking.host.settle();
      await booking.send('TRIP');
      await booking.send('PAY');
      expect((await booking.replayed(bookingSaga)).replay).toEqual(
        (await booking.replayed(bookingSaga)).stored,
      );
      await booking.runner.skip(booking.id, { actor: 'admin', step: 'cause', reason: 'nonsense' });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ state: 'PAID' });
      expect((await booking.replayed(bookingSaga)).replay).toEqual(
        (await booking.replayed(bookingSaga)).stored,
      );
    });

    test('replays after an early event that ends what the start began', async (booking) => {
      await booking.runner.send(booking.id, { type: 'PAYMENT_CAME', reference: 'before all' });
      await booking.start();
      await booking.send('PAY');
      expect(await booking.view()).toMatchObject({ state: 'PAID' });
      await booking.send('CANCEL');
      expect((await booking.replayed(bookingSaga)).replay).toEqual(
        (await booking.replayed(bookingSaga)).stored,
      );
    });

    test('replays with spawned steps, one of them stopped', async (scenario) => {
      scenario.hold('reserve');
      await scenario.start(group, { seats: ['A', 'B'] });
      await scenario.send('DROP', { seat: 'A' });
      await scenario.letGo('reserve');
      await scenario.send('UNDO');
      expect((await scenario.replayed(group)).replay).toEqual((await scenario.replayed(group)).stored);
    });
  });
}
