import { describe, expect, test as it } from 'vitest';
import { assign, raise } from 'xstate';
import { z } from 'zod';
import { admitEvent, MAX_MAILBOX } from './apply-event.js';
import type { EventCause } from './cause.js';
import { decide } from './decide.js';
import { publicEvent } from './public-event.js';
import { sagaOf, undoing } from './test-support/saga-of.js';
import { booking } from './testing/conformance/booking-saga.js';
import { refund } from './testing/conformance/booking-steps.js';
import {
  delayed,
  given,
  only,
  overridden,
  parkedByHand,
  retried,
  skipped,
  stepDone,
  timerFires,
} from './testing/index.js';

const reserved = given(booking, { seat: 'A1' }).after(stepDone('reserve', { reference: 'r' }));
const stays = { state: 'RESERVED', open: ['seat.held:A1'] };
const rest = { tags: ['rest'] } as const;

function eventCause(event: EventCause['event'], more: Partial<EventCause> = {}): EventCause {
  return { type: 'event', messageId: 'm', event, actor: 'x', accepted: false, ...more };
}

describe('an event from outside', () => {
  it('is refused unless it is declared; those of the machine itself never are', () => {
    for (const type of [
      'UNHEARD_OF',
      'xstate.init',
      'xstate.done.actor.reserve',
      'xstate.after.TTL.x',
      '*',
      '__proto__',
      'toString',
    ]) {
      const decision = decide(booking, reserved.envelope, eventCause({ type }), 1);
      expect(decision).toMatchObject({ outcome: 'refused', history: [], effects: [] });
      expect(decision.reason).toContain('EVENT_NOT_DECLARED: ');
      expect(decision.envelope).toEqual(reserved.envelope);
    }
  });

  it('is refused where its payload breaks its schema, and the reason says where', () => {
    const story = reserved.when({ type: 'NOTE', text: 7 });
    expect(story.came).toEqual(only({ ...stays, outcome: 'refused EVENT_INVALID' }));
    expect(story.decision.reason).toContain('text: ');
  });

  it('that was accepted without being looked at is ignored instead, and recorded', () => {
    const decision = decide(
      booking,
      reserved.envelope,
      eventCause({ type: 'NOTE', text: 7 }, { accepted: true }),
      1,
    );
    expect(decision).toMatchObject({ outcome: 'ignored', history: [{ event: 'NOTE', outcome: 'ignored' }] });
  });

  it('reaches the machine as its schema made it', () => {
    expect(admitEvent(booking, { type: 'NOTE', text: 'a', extra: true } as { type: string }, false)).toEqual({
      event: { type: 'NOTE', text: 'a' },
    });
  });

  it('is refused where its schema makes something of it that cannot be stored', () => {
    const saga = sagaOf(
      { initial: 'a', states: { a: rest } },
      { declared: { AT: publicEvent({ schema: z.object({ at: z.coerce.date() }) }) } },
    );
    const admitted = admitEvent(saga, { type: 'AT', at: '2020-01-01' } as { type: string }, false);
    expect(admitted).toEqual({
      refusal: "EVENT_INVALID: event 'AT'.at holds an instance of Date; keep plain JSON there",
    });
  });

  it('that nothing handles is told apart from one that is ignored on purpose', () => {
    expect(reserved.when({ type: 'ISSUE' }).came).toEqual(only({ ...stays, outcome: 'ignored NOT_HANDLED' }));
    expect(reserved.when({ type: 'SHRUG' }).came).toEqual(
      only({ ...stays, outcome: 'ignored IGNORED_ON_PURPOSE' }),
    );
  });

  it('on which a guard or an assign throws is kept, and the saga parks where it was', () => {
    for (const type of ['GRUMBLE', 'TRIP']) {
      const story = reserved.when({ type });
      expect(story.came).toEqual(only({ ...stays, outcome: 'deferred PARKED', parked: ['DECIDE_FAILED'] }));
      expect(story.envelope.kept).toMatchObject([{ threw: true, cause: { event: { type } } }]);
      expect(story.when(retried()).came).toEqual(only({ ...stays, parked: ['DECIDE_FAILED'] }));
      expect(story.when(skipped('cause')).came).toEqual(only(stays));
    }
  });
});

describe('a deferred event', () => {
  const early = given(booking, { seat: 'A1' }).when({ type: 'NOTE', text: 'window' });

  it('waits in the state that does not handle it, and is offered after every transition', () => {
    expect(early.came).toMatchObject({ state: 'RESERVING', outcome: 'deferred NOT_HANDLED_YET' });
    const story = early.when(stepDone('reserve', { reference: 'r' }));
    expect(story.came).toMatchObject({ state: 'RESERVED' });
    expect(story.envelope.snapshot.context).toMatchObject({ notes: ['window'] });
    expect(story.envelope.deferred).toEqual([]);
    expect(story.decision.history).toMatchObject([
      { seq: 3, event: 'reserve.done', outcome: 'applied' },
      { seq: 4, event: 'NOTE', outcome: 'applied' },
    ]);
  });

  it('waits where a guard refuses it', () => {
    const story = reserved.when({ type: 'NOTE', text: 'unwelcome' });
    expect(story.came).toEqual(only({ ...stays, outcome: 'deferred NOT_HANDLED_YET' }));
  });

  it('is taken at the end of its time, and dropped after it, with a line in the history', () => {
    const inTime = early.when(delayed(5_000, stepDone('reserve', { reference: 'r' })));
    expect(inTime.envelope.snapshot.context).toMatchObject({ notes: ['window'] });
    const tooLate = early.when(delayed(5_001, stepDone('reserve', { reference: 'r' })));
    expect(tooLate.envelope.snapshot.context).toMatchObject({ notes: [] });
    expect(tooLate.envelope.deferred).toEqual([]);
    expect(tooLate.decision.history.at(-1)).toMatchObject({
      event: 'NOTE',
      outcome: 'ignored',
      reason: 'DEFER_EXPIRED',
    });
  });

  it('counts its time from when it came, not from when it was decided', () => {
    const cause = eventCause({ type: 'NOTE', text: 'old' }, { receivedAt: 0, accepted: true });
    const decision = decide(booking, given(booking, { seat: 'A1' }).envelope, cause, 4_000);
    expect(decision.envelope.deferred).toMatchObject([{ receivedAt: 0, expiresAt: 5_000 }]);
  });

  it('comes in order of arrival', () => {
    const story = early.after({ type: 'NOTE', text: 'aisle' }).when(stepDone('reserve', { reference: 'r' }));
    expect(story.envelope.snapshot.context).toMatchObject({ notes: ['window', 'aisle'] });
  });

  it('on which the machine throws parks the saga, and a skip lets that one go', () => {
    const saga = sagaOf(
      {
        initial: 'a',
        states: {
          a: { on: { GO: 'b' } },
          b: {
            ...rest,
            on: {
              BAD: {
                actions: assign(() => {
                  throw new Error('indigestible');
                }),
              },
              TICK: {},
            },
          },
        },
      },
      {
        events: ['GO', 'TICK'],
        declared: { BAD: publicEvent({ schema: z.object({}), defer: { ttlMs: 1_000 } }) },
      },
    );
    const story = given(saga, undefined).after({ type: 'BAD' }).when({ type: 'GO' });
    expect(story.came).toEqual(only({ state: 'b', parked: ['DECIDE_FAILED'] }));
    expect(story.after({ type: 'TICK' }).when(skipped('cause')).came).toEqual(only({ state: 'b' }));
  });

  it('on which the machine throws is offered again as its schema has made it, with the time that it had left', () => {
    let isWell = false;
    const take = assign(({ event }) => {
      if (!isWell) throw new Error('not now');
      return { amount: (event as { amount?: unknown }).amount };
    });
    const amount = z.object({ amount: z.string().transform(Number) });
    const saga = sagaOf(
      {
        context: {},
        initial: 'a',
        states: { a: { on: { GO: 'b' } }, b: { on: { PAID: { target: 'c', actions: take } } }, c: rest },
      },
      { events: ['GO'], declared: { PAID: publicEvent({ schema: amount, defer: { ttlMs: 1_000 } }) } },
    );
    const waiting = given(saga, undefined).when({ type: 'PAID', amount: '5' });
    const paused = waiting.after(delayed(400, parkedByHand()), delayed(2_000, retried()));
    const story = paused.when(delayed(100, { type: 'GO' }));
    expect(story.envelope.kept).toMatchObject([{ threw: true, at: 2_500, expiresAt: 3_000 }]);
    expect(story.when(delayed(9_000, retried())).came).toMatchObject({ parked: ['DECIDE_FAILED'] });
    isWell = true;
    const taken = story.when(delayed(9_000, retried()));
    expect(taken.came.state).toBe('c');
    expect(taken.envelope.snapshot.context).toEqual({ amount: 5 });
  });

  it('waits on where the transition that would let it in has parked the saga', () => {
    const saga = sagaOf(
      {
        initial: 'a',
        states: {
          a: { invoke: { src: 'issueTicket', input: { seat: 'A' }, onDone: 'b' } },
          b: { ...undoing, on: { NEWS: 'c' } },
          c: { ...rest, meta: { keeps: ['ticket.issued'] } },
        },
      },
      { declared: { NEWS: publicEvent({ schema: z.object({}), defer: { ttlMs: 1_000 } }) } },
    );
    const story = given(saga, undefined)
      .after({ type: 'NEWS' })
      .when(stepDone('issueTicket', { ok: true }));
    const open = ['ticket.issued:A'];
    expect(story.came).toEqual(only({ state: { b: 'undoing' }, open, parked: ['UNDO_MISSING'] }));
    expect(story.when(skipped('undo:ticket.issued:A:1')).came.state).toBe('c');
  });

  it('is kept up to a number, and refused beyond it', () => {
    const full = {
      ...early.envelope,
      deferred: Array.from({ length: MAX_MAILBOX }, () => early.envelope.deferred).flat(),
    };
    const one = eventCause({ type: 'NOTE', text: 'one more' });
    expect(decide(booking, full, one, 1).reason).toContain('MAILBOX_FULL');
    expect(decide(booking, full, { ...one, accepted: true }, 1)).toMatchObject({ outcome: 'deferred' });
  });

  it('is taken together with as many others as there are', () => {
    const [one] = early.envelope.deferred;
    // Those that were accepted without being looked at aren't counted.
    const length = 5 * MAX_MAILBOX + 1;
    const envelope = {
      ...early.envelope,
      deferred: Array.from({ length }, () => ({ ...one })),
    } as typeof early.envelope;
    const [run] = envelope.runs;
    const outcome = { kind: 'done', output: { reference: 'r' } } as const;
    const decision = decide(
      booking,
      envelope,
      { type: 'answer', id: run?.id ?? '', visit: 1, outcome, attempts: 1 },
      1,
    );
    expect(decision.envelope.parked).toEqual([]);
    expect(decision.history).toHaveLength(length + 1);
  });
});

describe('the time of a deferred event', () => {
  const news = { type: 'PAYMENT_CAME', reference: 'early' };

  it('stands still while the saga is parked: it has as much left afterwards', () => {
    const resumed = reserved.after(
      news,
      delayed(15_000, parkedByHand()),
      delayed(86_400_000, { type: 'NOTE', text: 'still parked' }),
      retried(),
    );
    expect(resumed.when(delayed(5_000, { type: 'PAY' })).came).toMatchObject({ state: 'PAID' });
    const tooLate = resumed.when(delayed(5_001, { type: 'PAY' }));
    expect(tooLate.came).toMatchObject({ state: 'PAYING' });
    expect(tooLate.decision.history.at(-1)).toMatchObject({ event: 'PAYMENT_CAME', outcome: 'ignored' });
  });

  it('stands still until the last reason to be parked is gone', () => {
    const both = given(booking, { seat: 'A1' }).after(
      news,
      delayed(1_000, parkedByHand()),
      delayed(1_000, stepDone('reserve', { wrong: 'shape' })),
    );
    expect(both.came.parked).toEqual(['PARKED_BY_HAND', 'OUTPUT_INVALID']);
    const one = both.when(delayed(28_000, retried('hand')));
    expect(one.came.parked).toEqual(['OUTPUT_INVALID']);
    expect(one.when(delayed(20_000, retried())).envelope.deferred).toMatchObject([
      { receivedAt: 0, expiresAt: 20_000 + 49_000 },
    ]);
  });

  it('stands still where the same reason comes again', () => {
    const again = reserved.after(news, delayed(1_000, parkedByHand()), delayed(60_000, parkedByHand()));
    expect(again.when(delayed(5_000, retried())).envelope.deferred).toMatchObject([{ expiresAt: 85_000 }]);
  });

  it('begins, where the event comes while the saga is parked, when it goes on', () => {
    const resumed = reserved.after(delayed(1_000, parkedByHand()), news, delayed(60_000, retried()));
    expect(resumed.envelope.deferred).toMatchObject([{ receivedAt: 1_000, expiresAt: 81_000 }]);
  });
});

describe('news of something open in the world that no state took in its time', () => {
  const undoInput = () => ({ seat: 'x', reference: null });
  const money = { kind: 'money', instance: () => 'x', undo: refund, undoInput };
  const tells = (opens: object) =>
    publicEvent({ schema: z.object({}), defer: { ttlMs: 1_000 }, opens: { ...money, ...opens } });
  const waits = (opens: object) =>
    given(
      sagaOf(
        { initial: 'a', states: { a: { on: { GO: 'b' } }, b: rest } },
        { events: ['GO'], declared: { NEWS: tells(opens) } },
      ),
      undefined,
    ).after({ type: 'NEWS' });

  it('is in the ledger all the same, and undone with the rest', () => {
    const news = { type: 'PAYMENT_CAME', reference: 'early' };
    const story = reserved.after(news).when(delayed(20_001, { type: 'CANCEL' }));
    expect(story.came).toMatchObject({
      state: { CANCELLED: 'undoing' },
      asks: ['release'],
      open: ['seat.held:A1', 'payment.captured:A1'],
    });
    expect(story.decision.history).toMatchObject([
      { event: 'CANCEL', outcome: 'applied' },
      { outcome: 'ignored', reason: 'DEFER_EXPIRED: the ledger alone has taken it' },
    ]);
    const released = story.when(stepDone('release', { ok: true }));
    expect(released.came).toMatchObject({ asks: ['refund'], open: ['payment.captured:A1'] });
    expect(released.when(stepDone('refund', { ok: true })).came).toEqual(
      only({ state: { CANCELLED: 'done' } }),
    );
  });

  it('parks a saga that never compensated, at a rest that does not keep it; a retry undoes it', () => {
    const story = waits({}).when(delayed(1_001, { type: 'GO' }));
    expect(story.came).toEqual(only({ state: 'b', open: ['money:x'], parked: ['OBLIGATION_LEFT_OPEN'] }));
    expect(story.when(retried()).came).toMatchObject({ asks: ['refund'], parked: [] });
  });

  it('is forgotten where it names nothing after all', () => {
    const story = waits({ instance: () => undefined }).when(delayed(1_001, { type: 'GO' }));
    expect(story.came).toEqual(only({ state: 'b' }));
    expect(story.decision.history.at(-1)).toMatchObject({ event: 'NEWS', reason: 'DEFER_EXPIRED' });
  });

  it('parks the saga where its contract throws, until a person gives it up', () => {
    const instance = () => {
      throw new Error('no name');
    };
    const story = waits({ instance }).when(delayed(1_001, { type: 'GO' }));
    expect(story.came).toEqual(only({ state: 'b', parked: ['DECIDE_FAILED'] }));
    expect(story.when(retried()).came).toEqual(only({ state: 'b', parked: ['DECIDE_FAILED'] }));
    expect(story.when(skipped('cause')).came).toEqual(only({ state: 'b' }));
  });
});

describe('a saga that is parked', () => {
  it('keeps events and timers, and applies them in order of arrival on resume', () => {
    const parked = reserved.after(parkedByHand(), { type: 'NOTE', text: 'one' }, timerFires('REMINDER'));
    const story = parked.when({ type: 'PAY' });
    expect(story.came).toEqual(only({ ...stays, outcome: 'deferred PARKED', parked: ['PARKED_BY_HAND'] }));
    const resumed = story.when(retried());
    expect(resumed.came).toMatchObject({ state: 'PAYING', asks: ['authorize'], disarms: ['TTL'] });
    expect(resumed.envelope.snapshot.context).toMatchObject({ notes: ['one'], reminders: 1 });
    expect(resumed.envelope.kept).toEqual([]);
  });

  it('drops a kept timer whose state was left on resume, before its turn', () => {
    const story = reserved.after(parkedByHand(), { type: 'PAY' }, timerFires('TTL')).when(retried());
    expect(story.came).toMatchObject({ state: 'PAYING' });
    expect(story.decision.history.at(-1)).toMatchObject({
      event: 'timer.TTL',
      outcome: 'ignored',
      reason: 'TIMER_NOT_ARMED',
    });
  });

  it('refuses events beyond what it may keep', () => {
    const [kept] = reserved.after(parkedByHand(), { type: 'PAY' }).envelope.kept;
    const full = {
      ...reserved.after(parkedByHand()).envelope,
      kept: Array.from({ length: MAX_MAILBOX }, () => ({ ...kept })),
    };
    const decision = decide(booking, full as typeof reserved.envelope, eventCause({ type: 'PAY' }), 1);
    expect(decision.reason).toContain('MAILBOX_FULL');
  });
});

describe('a timer on which the machine throws', () => {
  it('is kept, and gone when it is given up', () => {
    const saga = sagaOf(
      { initial: 'a', states: { a: { ...rest, after: { TTL: { actions: 'throws' } } } } },
      {
        actions: {
          throws: raise(() => {
            throw new Error('no');
          }),
        },
      },
    );
    const story = given(saga, undefined).when(timerFires('TTL'));
    expect(story.came).toEqual(only({ state: 'a', outcome: 'deferred PARKED', parked: ['DECIDE_FAILED'] }));
    expect(story.envelope.timers).toHaveLength(1);
    const given_up = story.when(skipped('cause'));
    expect(given_up.came).toEqual(only({ state: 'a' }));
    expect(given_up.envelope.timers).toEqual([]);
  });
});

describe('an override', () => {
  it('is an event that only administrators can send, along edges of the machine', () => {
    expect(reserved.when({ type: 'MOVE', to: 'CANCELLED', reason: 'x', force: true }).came.outcome).toBe(
      'refused EVENT_NOT_DECLARED',
    );
    expect(reserved.when(overridden('CANCELLED')).came).toMatchObject({
      state: { CANCELLED: 'undoing' },
      asks: ['release'],
    });
    expect(reserved.when(overridden('PAYING')).came.outcome).toBe('refused OVERRIDE_REFUSED');
    expect(reserved.when(overridden('PAYING', { force: true })).came.state).toBe('PAYING');
  });

  it('is refused once a pivot has been asked for', () => {
    const ticketing = reserved.after(
      { type: 'PAY' },
      stepDone('authorize', { reference: 'p' }),
      { type: 'ISSUE' },
      stepDone('capture', { reference: 'c' }),
    );
    expect(ticketing.came).toMatchObject({ state: 'TICKETING', asks: ['issueTicket'] });
    expect(ticketing.when(overridden('CANCELLED', { force: true })).came.outcome).toBe(
      'refused OVERRIDE_REFUSED',
    );
  });
});
