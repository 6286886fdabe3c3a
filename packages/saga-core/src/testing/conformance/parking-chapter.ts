import { declined } from '../../answer.js';
import { type ChapterTools, codeOf } from './scenario.js';

/** Sagas that can't go on. */
export function describeParking({ describe, test, expect }: ChapterTools): void {
  describe('a saga parks', () => {
    test('on a decline that the contract does not declare', async (booking) => {
      booking.reply('reserve', () => declined('MOOD'));
      await booking.start();
      const view = await booking.view();
      expect(view).toMatchObject({ status: 'parked', state: 'RESERVING', settled: false });
      expect(view.parked).toMatchObject([{ code: 'DECLINE_NOT_DECLARED', key: 'reserve:1' }]);
      expect(await booking.row('reserve')).toMatchObject({ status: 'parked' });
    });

    test('on an output that breaks its schema, which is kept as it came and not retried', async (booking) => {
      booking.reply('reserve', () => ({ wrong: 'shape' }));
      await booking.start();
      await booking.pass(3);
      expect(booking.callsOf('reserve')).toHaveLength(1);
      const view = await booking.view();
      expect(view.parked).toMatchObject([
        { code: 'OUTPUT_INVALID', key: 'reserve:1', raw: { wrong: 'shape' } },
      ]);
      expect(await booking.open()).toEqual(['seat.held:A1 maybe']);
    });

    test('on an output that cannot be stored', async (booking) => {
      booking.reply('reserve', () => ({ reference: 'nul \u0000' }));
      await booking.start();
      expect(await booking.view()).toMatchObject({ status: 'parked', parked: [{ code: 'OUTPUT_INVALID' }] });
      booking.recovers('reserve');
      await booking.runner.retry(booking.id, { actor: 'admin' });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ state: 'RESERVED', parked: [] });
    });

    test('when the machine throws on an answer; a retry decides again and calls no adapter again', async (booking) => {
      booking.reply('reserve', () => ({ reference: 'indigestible' }));
      await booking.start();
      expect(await booking.view()).toMatchObject({ status: 'parked', state: 'RESERVING' });
      expect((await booking.view()).parked).toMatchObject([
        { code: 'DECIDE_FAILED', message: 'the machine chokes' },
      ]);
      expect(await booking.row('reserve')).toMatchObject({ status: 'done' });
      await booking.runner.retry(booking.id, { actor: 'admin' });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ status: 'parked' });
      expect(booking.callsOf('reserve')).toHaveLength(1);
    });

    test('when the machine throws on an answer; a skip gives it an unknown outcome instead, and the ledger knows better', async (booking) => {
      booking.reply('reserve', () => ({ reference: 'indigestible' }));
      await booking.start();
      await booking.runner.skip(booking.id, { actor: 'admin', step: 'cause', reason: 'too hard' });
      await booking.host.settle();
      expect(await booking.context()).toMatchObject({ failure: 'UNKNOWN' });
      expect(booking.callsOf('release')).toMatchObject([{ input: { reference: 'indigestible' } }]);
      expect(await booking.view()).toMatchObject({ state: { FAILED: 'done' }, settled: true });
    });

    test('when an assign throws on an event, which is kept; a skip lets it go', async (booking) => {
      await booking.reach('RESERVED');
      expect(await booking.send('TRIP')).toMatchObject({ outcome: 'deferred' });
      expect(await booking.view()).toMatchObject({ status: 'parked', state: 'RESERVED' });
      await booking.runner.skip(booking.id, { actor: 'admin', step: 'cause', reason: 'nonsense' });
      await booking.send('PAY');
      expect(await booking.view()).toMatchObject({ state: 'PAID', parked: [] });
    });

    test('when a guard throws', async (booking) => {
      await booking.reach('RESERVED');
      await booking.send('GRUMBLE');
      expect((await booking.view()).parked).toMatchObject([{ code: 'DECIDE_FAILED' }]);
    });

    test('when a step fails that no onError waits for; a retry carries it out again with its key', async (booking) => {
      booking.reply('issueTicket', () => declined('NO_PAPER'));
      await booking.reach('TICKETING');
      expect((await booking.view()).parked).toMatchObject([
        { code: 'STEP_ERROR_UNHANDLED', key: 'issueTicket:1' },
      ]);
      booking.recovers('issueTicket');
      await booking.runner.retry(booking.id, { actor: 'admin', step: 'issueTicket:1' });
      await booking.host.settle();
      expect(booking.callsOf('issueTicket').map(({ key }) => key)).toEqual([
        'saga-1:issueTicket:1',
        'saga-1:issueTicket:1',
      ]);
      expect(await booking.view()).toMatchObject({ state: 'BOOKED', settled: true });
    });

    test('alone: another saga goes on', async (booking) => {
      booking.reply('reserve', ({ input }) =>
        input.seat === 'A1' ? declined('MOOD') : { reference: 'fine' },
      );
      await booking.start();
      await booking.runner.start({ name: 'booking' }, { seat: 'B2' }, { id: 'saga-2' });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ status: 'parked' });
      expect(await booking.runner.get('saga-2')).toMatchObject({ state: 'RESERVED', parked: [] });
    });
  });

  describe('a saga that is parked', () => {
    test('keeps what arrives, and applies it in order of arrival on resume', async (booking) => {
      await booking.reach('RESERVED');
      await booking.send('TRIP');
      for (const text of ['one', 'two', 'three']) {
        expect(await booking.send('NOTE', { text })).toMatchObject({ outcome: 'deferred', reason: 'PARKED' });
      }
      await booking.send('CANCEL');
      expect(await booking.view()).toMatchObject({ state: 'RESERVED', status: 'parked' });
      await booking.runner.skip(booking.id, { actor: 'admin', step: 'cause', reason: 'nonsense' });
      await booking.host.settle();
      expect(await booking.context()).toMatchObject({ notes: ['one', 'two', 'three'] });
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('keeps a cancel, and undoes on resume what its broken answer may have held', async (booking) => {
      booking.reply('reserve', () => ({ wrong: 'shape' }));
      await booking.start();
      expect(await booking.send('CANCEL')).toMatchObject({ outcome: 'deferred', reason: 'PARKED' });
      expect(await booking.view()).toMatchObject({ state: 'RESERVING' });
      booking.recovers('reserve');
      await booking.runner.retry(booking.id, { actor: 'admin' });
      await booking.host.settle();
      // The answer that broke its schema may well have held the seat.
      expect(booking.called()).toEqual(['reserve', 'release']);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('keeps what was deferred before, however long it is parked', async (booking) => {
      await booking.reach('RESERVED');
      await booking.send('PAYMENT_CAME', { reference: 'early' });
      await booking.send('TRIP');
      await booking.host.advance(60_000);
      await booking.runner.skip(booking.id, { actor: 'admin', step: 'cause', reason: 'nonsense' });
      await booking.host.settle();
      // Its reservation has run out meanwhile; the money that came is taken there, and given back.
      expect(await booking.told()).toContain('PAYMENT_CAME applied');
      expect(await booking.context()).toMatchObject({ notes: ['late money'] });
      expect(booking.callsOf('refund')).toMatchObject([{ input: { reference: 'early' } }]);
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('keeps its timers too', async (booking) => {
      await booking.reach('RESERVED');
      await booking.send('TRIP');
      await booking.host.advance(11_000);
      expect(await booking.view()).toMatchObject({ state: 'RESERVED', status: 'parked' });
      await booking.runner.skip(booking.id, { actor: 'admin', step: 'cause', reason: 'nonsense' });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ state: { CANCELLED: 'done' }, settled: true });
    });

    test('and skipped goes on as after an unknown outcome', async (booking) => {
      booking.reply('reserve', () => ({ wrong: 'shape' }));
      await booking.start();
      await booking.runner.skip(booking.id, { actor: 'admin', step: 'reserve:1', reason: 'looked into it' });
      await booking.host.settle();
      expect(await booking.context()).toMatchObject({ failure: 'UNKNOWN' });
      expect(booking.callsOf('release')).toHaveLength(1);
      expect(await booking.view()).toMatchObject({ state: { FAILED: 'done' }, settled: true });
    });

    test('can be retried and skipped, and nothing else can', async (booking) => {
      await booking.reach('RESERVED');
      const { runner, id } = booking;
      const actor = 'admin';
      expect(await codeOf(runner.retry(id, { actor }))).toBe('NOT_PARKED');
      expect(await codeOf(runner.retry(id, { actor, step: 'nothing:1' }))).toBe('STEP_NOT_FOUND');
      expect(await codeOf(runner.skip(id, { actor, step: 'nothing:1', reason: 'why not' }))).toBe(
        'STEP_NOT_FOUND',
      );
      expect(await codeOf(runner.retry('nobody', { actor }))).toBe('SAGA_NOT_FOUND');
    });
  });
}
