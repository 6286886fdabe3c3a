import { declined, landed, later, notLanded } from '../../answer.js';
import { type ChapterTools, codeOf } from './scenario.js';

/** Steps and their answers. */
export function describeSteps({ describe, test, expect }: ChapterTools): void {
  describe('a step', () => {
    test('runs, its output reaches the machine, and the saga goes on to its end', async (booking) => {
      await booking.reach('BOOKED');
      expect(await booking.view()).toMatchObject({
        state: 'BOOKED',
        status: 'rest',
        settled: true,
        parked: [],
      });
      expect(await booking.context()).toMatchObject({ reference: 'seat A1' });
      expect(await booking.open()).toEqual([
        'seat.held:A1 open',
        'payment.captured:A1 open',
        'ticket.issued:A1 open',
      ]);
      expect(booking.called()).toEqual(['reserve', 'notify', 'authorize', 'capture', 'issueTicket']);
    });

    test('has a key made of the saga, its id and the visit', async (booking) => {
      await booking.reach('BOOKED');
      expect(booking.callsOf('capture')).toMatchObject([{ key: 'saga-1:capture:1', attempt: 1 }]);
    });

    test('has an output that goes through JSON before its schema sees it', async (booking) => {
      booking.reply('reserve', () => ({ reference: 'r', at: new Date(0), size: 5n, more: undefined }));
      await booking.start();
      expect(await booking.view()).toMatchObject({ state: 'RESERVED', context: { reference: 'r' } });
    });

    test('that is declined is not retried, opens nothing, and reaches onError with its code', async (booking) => {
      booking.reply('reserve', () => declined('TAKEN'));
      await booking.start();
      expect(await booking.view()).toMatchObject({ state: { FAILED: 'done' }, settled: true });
      expect(await booking.context()).toMatchObject({ failure: 'TAKEN' });
      expect(booking.called()).toEqual(['reserve']);
    });

    test('whose adapter throws is tried again after a wait, with the same key', async (booking) => {
      let tries = 0;
      booking.reply('reserve', () => {
        tries += 1;
        if (tries < 3) throw new Error('no connection');
        return { reference: 'third time' };
      });
      await booking.start();
      expect(await booking.row('reserve')).toMatchObject({
        status: 'pending',
        attempts: 1,
        error: 'no connection',
      });
      await booking.pass(3);
      const key = 'saga-1:reserve:1';
      expect(booking.callsOf('reserve')).toMatchObject([1, 2, 3].map((attempt) => ({ key, attempt })));
      expect(await booking.row('reserve')).toMatchObject({ status: 'done', attempts: 3 });
      expect(await booking.view()).toMatchObject({ state: 'RESERVED' });
    });

    test('whose attempts run out has an unknown outcome: it may be open, and is undone without an output', async (booking) => {
      booking.fails('reserve');
      booking.hold('release');
      await booking.start();
      await booking.pass(3);
      expect(await booking.context()).toMatchObject({ failure: 'UNKNOWN' });
      expect(await booking.open()).toEqual(['seat.held:A1 maybe']);
      await booking.letGo('release');
      expect(booking.callsOf('reserve')).toHaveLength(3);
      expect(booking.callsOf('release')).toMatchObject([{ input: { seat: 'A1', reference: null } }]);
      expect(await booking.view()).toMatchObject({ state: { FAILED: 'done' }, settled: true });
    });

    test('that is declined after a lost answer may still be open, and is undone', async (booking) => {
      booking.reply('reserve', ({ attempt }) => {
        if (attempt === 1) throw new Error('the answer was lost');
        return declined('TAKEN');
      });
      await booking.start();
      await booking.pass(2);
      expect(await booking.context()).toMatchObject({ failure: 'TAKEN' });
      expect(booking.called('release')).toEqual(['release']);
    });

    test('that takes longer than its timeout is aborted and tried again', async (booking) => {
      booking.hold('reserve');
      booking.reply('reserve', ({ attempt }) => ({ reference: `attempt ${attempt}` }));
      await booking.start();
      await booking.host.advance(1_100);
      // Both go on now; the first has lost its place, and what it says doesn't count.
      await booking.letGo('reserve');
      await booking.pass(3);
      expect(booking.callsOf('reserve')).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
      expect(await booking.view()).toMatchObject({ state: 'RESERVED', context: { reference: 'attempt 2' } });
    });

    test('whose key could double its effect asks its probe before it is tried again', async (booking) => {
      booking.reply('print', ({ attempt }) => {
        if (attempt === 1) throw new Error('out of paper');
        return { ok: true };
      });
      booking.replyToProbe('print', () => notLanded());
      await booking.reach('PAID');
      await booking.send('PRINT');
      await booking.pass(2);
      expect(booking.called('print', 'probe print')).toEqual(['print', 'probe print', 'print']);
      expect(await booking.view()).toMatchObject({ state: 'PAID' });
    });

    test('that had landed, as its probe finds, is not carried out again', async (booking) => {
      booking.fails('print');
      booking.replyToProbe('print', () => landed({ ok: true }));
      await booking.reach('PAID');
      await booking.send('PRINT');
      await booking.pass(2);
      expect(booking.called('print', 'probe print')).toEqual(['print', 'probe print']);
      expect(await booking.view()).toMatchObject({ state: 'PAID' });
    });

    test('that a person has carried out again asks its probe before, too: what it did the first time is in doubt', async (booking) => {
      booking.reply('print', () => ({ wrong: 'shape' }));
      booking.replyToProbe('print', () => landed({ ok: true }));
      await booking.reach('PAID');
      await booking.send('PRINT');
      expect(await booking.view()).toMatchObject({ status: 'parked', state: 'PRINTING' });
      await booking.runner.retry(booking.id, { actor: 'admin', step: 'print:1' });
      await booking.host.settle();
      expect(booking.called('print', 'probe print')).toEqual(['print', 'probe print']);
      expect(await booking.view()).toMatchObject({ state: 'PAID', parked: [] });
    });

    test('that a person has carried out again is carried out where its probe does not find what was tried before', async (booking) => {
      booking.reply('print', () => ({ wrong: 'shape' }));
      booking.replyToProbe('print', () => notLanded());
      await booking.reach('PAID');
      await booking.send('PRINT');
      await booking.runner.retry(booking.id, { actor: 'admin', step: 'print:1' });
      await booking.host.settle();
      expect(booking.called('print', 'probe print')).toEqual(['print', 'probe print', 'print']);
      expect(await booking.view()).toMatchObject({ status: 'parked', state: 'PRINTING' });
    });

    test('asks its probe when its attempts have run out; what landed is done', async (booking) => {
      booking.fails('authorize');
      booking.replyToProbe('authorize', () => landed({ reference: 'found' }));
      await booking.reach('PAYING');
      await booking.pass(2);
      expect(booking.called('authorize', 'probe authorize')).toEqual([
        'authorize',
        'authorize',
        'probe authorize',
      ]);
      expect(await booking.view()).toMatchObject({ state: 'PAID' });
      expect(await booking.open()).toContain('payment.authorized:A1 open');
    });
  });

  describe('a step that answers later', () => {
    test('waits, and goes on with the answer that comes by its key; a repeat is ignored', async (booking) => {
      booking.reply('authorize', () => later());
      await booking.reach('PAYING');
      expect(await booking.row('authorize')).toMatchObject({ status: 'awaiting' });
      const answer = () => booking.runner.answer('saga-1:authorize:1', { output: { reference: 'by post' } });
      expect(await answer()).toMatchObject({ outcome: 'applied', duplicate: false });
      await booking.host.settle();
      expect(await booking.view()).toMatchObject({ state: 'PAID' });
      expect(await answer()).toMatchObject({ outcome: 'ignored' });
      expect(booking.callsOf('authorize')).toHaveLength(1);
    });

    test('may be declined', async (booking) => {
      booking.reply('authorize', () => later());
      await booking.reach('PAYING');
      await booking.runner.answer('saga-1:authorize:1', { declined: 'NO_MONEY' });
      await booking.host.settle();
      expect(await booking.context()).toMatchObject({ failure: 'NO_MONEY' });
      expect(booking.called('cancelPayment', 'release')).toEqual(['release']);
    });

    test('may be answered before its adapter has said so', async (booking) => {
      booking.hold('authorize');
      booking.reply('authorize', () => later());
      await booking.reach('PAYING');
      await booking.runner.answer('saga-1:authorize:1', { output: { reference: 'early' } });
      await booking.letGo('authorize');
      expect(await booking.view()).toMatchObject({ state: 'PAID' });
    });

    test('asks its probe at its deadline, and is unknown where that cannot say', async (booking) => {
      booking.reply('capture', () => later());
      await booking.reach('PAID');
      await booking.send('ISSUE');
      await booking.host.advance(61_000);
      await booking.host.settle();
      expect(await booking.context()).toMatchObject({ failure: 'UNKNOWN' });
      expect(booking.callsOf('refund')).toMatchObject([{ input: { seat: 'A1', reference: null } }]);
    });

    test('has a key that only one of its own can be answered by', async (booking) => {
      await booking.reach('RESERVED');
      expect(await codeOf(booking.runner.answer('saga-1:nothing:1', { output: {} }))).toBe('ANSWER_UNKNOWN');
      expect(await codeOf(booking.runner.answer('nobody:reserve:1', { output: {} }))).toBe('ANSWER_UNKNOWN');
      expect(await codeOf(booking.runner.answer('no key at all', { output: {} }))).toBe('ANSWER_UNKNOWN');
    });
  });

  describe('a step that stands as an action', () => {
    test('is carried out with a key of its own, and the machine does not wait for it', async (booking) => {
      booking.hold('notify');
      await booking.reach('RESERVED');
      expect(await booking.view()).toMatchObject({ state: 'RESERVED' });
      expect(booking.callsOf('notify')).toMatchObject([
        { key: 'saga-1:notify:1', input: { text: 'A1 is yours' } },
      ]);
      await booking.send('PAY');
      expect(await booking.view()).toMatchObject({ state: 'PAID' });
      await booking.letGo('notify');
      expect(await booking.row('notify')).toMatchObject({ status: 'done', role: 'action' });
    });

    test('parks its row and not its saga when it cannot succeed, and may be retried', async (booking) => {
      booking.fails('notify');
      await booking.reach('BOOKED');
      await booking.pass(2);
      expect(await booking.view()).toMatchObject({ status: 'rest', settled: true, parked: [] });
      expect(await booking.row('notify')).toMatchObject({
        status: 'parked',
        error: 'notify is out of order',
      });
      booking.recovers('notify');
      await booking.runner.retry(booking.id, { actor: 'admin', step: 'notify:1' });
      await booking.host.settle();
      expect(await booking.row('notify')).toMatchObject({ status: 'done' });
    });

    test('may be given up', async (booking) => {
      booking.fails('notify');
      await booking.reach('BOOKED');
      await booking.pass(2);
      await booking.runner.skip(booking.id, {
        actor: 'admin',
        step: 'notify:1',
        reason: 'called them instead',
      });
      expect(await booking.row('notify')).toMatchObject({ status: 'cancelled' });
    });
  });
}
