import { type ChapterTools, codeOf } from './scenario.js';

/** What administrators see and do. */
export function describeAdministration({ describe, test, expect }: ChapterTools): void {
  const move = (to: string, force = false) => ({ to, reason: 'the customer called', actor: 'admin', force });

  describe('an override', () => {
    test('goes along an edge of the machine, through compensation, with its actor and reason', async (booking) => {
      await booking.reach('RESERVED');
      expect(await booking.runner.override(booking.id, move('CANCELLED'))).toMatchObject({
        outcome: 'applied',
      });
      await booking.host.settle();
      expect(booking.callsOf('release')).toHaveLength(1);
      const history = await booking.runner.history(booking.id);
      expect(history.filter(({ event }) => event === 'MOVE')).toMatchObject([
        { actor: 'admin', from: 'RESERVED', cause: { event: { reason: 'the customer called' } } },
      ]);
    });

    test('is refused where the machine has no such edge', async (booking) => {
      await booking.reach('PAID');
      expect(await codeOf(booking.runner.override(booking.id, move('BOOKED', true)))).toBe(
        'OVERRIDE_REFUSED',
      );
      expect(await codeOf(booking.runner.override(booking.id, move('CANCELLED')))).toBe('OVERRIDE_REFUSED');
    });

    test('needs force where a guard says no', async (booking) => {
      booking.hold('authorize');
      await booking.reach('RESERVED');
      expect(await codeOf(booking.runner.override(booking.id, move('PAYING')))).toBe('OVERRIDE_REFUSED');
      expect(await booking.runner.override(booking.id, move('PAYING', true))).toMatchObject({
        outcome: 'applied',
      });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ state: 'PAYING' });
    });

    test('is refused once the pivot has been passed', async (booking) => {
      booking.hold('issueTicket');
      await booking.reach('TICKETING');
      expect(await codeOf(booking.runner.override(booking.id, move('CANCELLED', true)))).toBe(
        'OVERRIDE_REFUSED',
      );
      await booking.letGo('issueTicket');
      expect(await booking.view()).toMatchObject({ state: 'BOOKED' });
      expect(await codeOf(booking.runner.override(booking.id, move('CANCELLED', true)))).toBe(
        'OVERRIDE_REFUSED',
      );
    });
  });

  describe('whatNext', () => {
    test('says what the saga waits for, where it may go, and what would be undone', async (booking) => {
      await booking.reach('RESERVED');
      const next = await booking.runner.whatNext(booking.id);
      expect(next.events).toContain(next.events.find(({ event, to }) => event === 'PAY' && to === 'PAYING'));
      expect(next.events.map(({ event }) => event)).toContain('CANCEL');
      expect(next.overrides).toEqual([
        { to: 'PAYING', needsForce: true },
        { to: 'CANCELLED', needsForce: false },
      ]);
      expect(next.timers).toHaveLength(2);
      expect(next.wouldUndo).toMatchObject([{ id: 'seat.held:A1', undo: 'release' }]);
    });
  });

  describe('a view', () => {
    test('shows state, attributes, steps and open obligations', async (booking) => {
      booking.hold('authorize');
      await booking.reach('PAYING');
      expect(await booking.view()).toMatchObject({
        id: 'saga-1',
        saga: 'booking',
        version: 1,
        status: 'running',
        state: 'PAYING',
        attributes: { seat: 'A1' },
      });
      expect(await booking.row('authorize')).toMatchObject({
        key: 'authorize:1',
        id: 'authorize',
        name: 'authorize',
        visit: 1,
        role: 'invoke',
        status: 'running',
        attempts: 1,
        left: false,
      });
      expect(await booking.open()).toEqual(['seat.held:A1 open', 'payment.authorized:A1 maybe']);
    });

    test('of a saga that nobody started is missing', async (booking) => {
      expect(await booking.runner.get('nobody')).toBeUndefined();
    });
  });
}
