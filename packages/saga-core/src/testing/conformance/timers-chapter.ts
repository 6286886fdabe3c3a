import { landed, later } from '../../answer.js';
import type { ChapterTools } from './scenario.js';

/** Timers. */
export function describeTimers({ describe, test, expect }: ChapterTools): void {
  describe('a timer', () => {
    test('fires when its time has come, and not before', async (booking) => {
      await booking.reach('RESERVED');
      await booking.host.advance(9_900);
      expect(await booking.view()).toMatchObject({ state: 'RESERVED' });
      await booking.host.advance(200);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true, timers: [] });
      expect(await booking.told()).toContain('timer.TTL applied');
    });

    test('fires once where the machine stays', async (booking) => {
      await booking.reach('RESERVED');
      await booking.host.advance(3_100);
      await booking.host.advance(3_100);
      expect(await booking.context()).toMatchObject({ reminders: 1 });
    });

    test('ends when its state is left', async (booking) => {
      await booking.reach('RESERVED');
      await booking.send('PAY');
      await booking.host.advance(11_000);
      expect(await booking.view()).toMatchObject({ state: 'PAID', timers: [] });
    });

    test('begins anew when its state is entered again, and the old one does nothing', async (booking) => {
      await booking.reach('RESERVED');
      await booking.host.advance(6_000);
      await booking.send('RESTART');
      await booking.host.advance(6_000);
      expect(await booking.view()).toMatchObject({ state: 'RESERVED' });
      await booking.host.advance(4_100);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' } });
    });

    test('wins over a step that takes too long; what that brings is undone', async (booking) => {
      booking.reply('authorize', () => later());
      booking.replyToProbe('authorize', () => landed({ reference: 'slow' }));
      await booking.reach('PAYING');
      await booking.host.advance(30_100);
      expect(await booking.told()).toContain('timer.PAYMENT_TIMEOUT applied');
      expect(booking.callsOf('cancelPayment')).toMatchObject([{ input: { reference: 'slow' } }]);
      expect(await booking.view()).toMatchObject({ state: { FAILED: 'done' }, settled: true });
    });
  });
}
