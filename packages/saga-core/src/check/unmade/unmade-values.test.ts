import { describe, expect, test } from 'vitest';
import { assign, enqueueActions } from 'xstate';
import { z } from 'zod';
import { publicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import { type AnyStep, step } from '../../step.js';
import {
  forgetsParcels,
  fulfils,
  type Parcel,
  quote,
  type Wish,
  wish,
} from '../../test-support/check-corpus/rarer-values.js';
import { seats } from '../../test-support/check-corpus/seat-steps.js';
import { failed, invoke, smallSaga } from '../../test-support/check-corpus/small-saga.js';
import type { CheckOptions } from '../check-options.js';
import { checkSaga } from '../check-saga.js';

const nothing = z.object({});
const rest = { tags: ['rest'] };

function reached(saga: AnySaga, options: CheckOptions = {}) {
  const report = checkSaga(saga, options);
  expect(report.findings).toEqual([]);
  expect(report.verdict).toBe(report.reached.length > 0 ? 'sound up to bounds' : 'sound');
  return report.reached;
}

describe('a value that was not made is a bound that was reached', () => {
  /** The check makes none of these: of five parts, only every two are tried together. */
  const isRare = ({ gift, express, fragile, insured, zone }: Parcel) =>
    !gift && express && !fragile && insured && zone === 'abroad';
  const saga = forgetsParcels('forgets-rare-parcels', isRare);

  test('where an action reads the parts that were not tried together', () => {
    expect(reached(saga)).toEqual([
      'of output of quote, all pairs, but not all combinations of gift, express, fragile, insured and zone were tried, and something depends on them; give samples.outputs.quote',
    ]);
  });

  test('and samples find what is wrong', () => {
    const rare = { gift: false, express: true, fragile: false, insured: true, zone: 'abroad' };
    const report = checkSaga(saga, { samples: { outputs: { quote: [rare] } } });
    expect(report.findings.map(({ subject }) => subject)).toEqual(['seat in gone']);
    expect(report.reached).toEqual([]);
  });

  test('so that nothing is said of what only such a value leads to', () => {
    const decide = enqueueActions(({ event, enqueue }) => {
      if (isRare((event as unknown as { output: Parcel }).output)) enqueue.raise({ type: 'RARE' } as never);
    });
    const seldom = smallSaga('seldom', {
      steps: [quote],
      machine: {
        initial: 'quoting',
        states: {
          quoting: invoke('quote', { target: 'deciding', actions: decide }, 'plain'),
          deciding: { after: { LATER: 'plain' }, on: { RARE: 'special' } },
          plain: rest,
          special: rest,
        },
      },
    });
    expect(reached(seldom)).toHaveLength(1);
  });

  test('but not where they are only kept', () => {
    expect(reached(fulfils('keeps-what-was-wished', ({ seat }) => seat))).toEqual([]);
  });

  test('but not where they are only handed to a participant', () => {
    const tell = step('tell', { input: wish, output: nothing });
    const tells = smallSaga('tells', {
      steps: [tell],
      events: { WISH: publicEvent({ schema: wish }) as object },
      machine: {
        initial: 'waiting',
        on: { WISH: {} },
        states: {
          waiting: { after: { LATER: 'told' }, on: { WISH: 'telling' } },
          telling: {
            invoke: {
              src: 'tell',
              input: ({ event }: { event: Wish }) => ({ ...event, note: event.note ?? 'none' }),
              onDone: 'told',
              onError: 'told',
            },
          },
          told: rest,
        },
      },
    });
    expect(reached(tells)).toEqual([]);
  });

  test('where what was kept names what a step opens', () => {
    const seatOf = ({ gift, express, paper, seat }: Wish) => (gift && express ? paper : seat);
    expect(reached(fulfils('names-by-wish', seatOf))).toEqual([
      'of event WISH, all pairs, but not all combinations of gift, express and paper were tried, and something depends on them; give samples.events.WISH',
    ]);
  });

  test('where something that can be anything is read, of which only null was tried', () => {
    const seatOf = ({ note }: Wish) => (typeof note === 'string' ? note : 'none');
    expect(reached(fulfils('names-by-note', seatOf))).toEqual([
      'note of event WISH can be anything, but only null was tried, and something depends on it; give samples.events.WISH',
    ]);
  });

  test('where nothing fits a part, so that it is always missing', () => {
    const ours = z.string().refine((text) => text.startsWith('our own'));
    const order = smallSaga('takes-our-own', {
      steps: seats,
      input: z.object({ at: z.object({ code: ours }).optional() }),
      machine: {
        initial: 'holding',
        context: ({ input }: { input: object }) => ({ ...input, tries: 0 }),
        states: {
          holding: {
            invoke: {
              src: 'holdOne',
              input: ({ context }: { context: { at?: { code: string } } }) => ({
                seat: context.at?.code ?? 'none',
              }),
              onDone: 'held',
              onError: '#failed',
            },
          },
          held: { ...rest, meta: { keeps: ['seat'] } },
          failed,
        },
      },
    });
    expect(reached(order)).toEqual([
      'of at.code of input no value was found that fits its schema, so that it never comes, and something depends on it; give samples.input',
    ]);
  });
});

describe('whether something depends on what an input says', () => {
  /** Takes everything into its context, and holds the seat that it makes of it. */
  const holds = (seatOf: (wish: Wish) => string) =>
    smallSaga('holds-by-input', {
      steps: seats,
      input: wish,
      machine: {
        initial: 'holding',
        context: ({ input }: { input: object }) => ({ ...input, tries: 0 }),
        states: {
          holding: {
            invoke: {
              src: 'holdOne',
              input: ({ context }: { context: Wish }) => ({ seat: seatOf(context) }),
              onDone: 'held',
              onError: '#failed',
            },
          },
          held: { ...rest, meta: { keeps: ['seat'] } },
          failed,
        },
      },
    });

  test('is followed through the context', () => {
    expect(reached(holds(({ seat }) => seat))).toEqual([]);
    expect(reached(holds(({ gift, fragile, paper }) => `${gift} ${fragile} ${paper}`))).toEqual([
      expect.stringMatching(/^of input, .* of gift, fragile and paper were tried/),
    ]);
  });
});

describe('whether something depends on what a step says', () => {
  const undo = step('undo', { input: nothing, output: nothing });
  /** Asks a step whose contract is given. */
  const asks = (opens: object, onDone: string | object = 'kept', more: object = {}) => {
    const options = {
      input: nothing,
      output: wish,
      opens: { kind: 'seat', instance: () => 'x', undo, undoInput: () => ({}), ...opens },
    };
    // Its contract is put together at run time, so the compiler can't follow its types.
    const ask = (step as unknown as (name: string, options: object) => AnyStep)('ask', options);
    return smallSaga('asks', {
      steps: [ask, undo],
      machine: {
        initial: 'asking',
        states: {
          asking: invoke('ask', onDone),
          kept: { ...rest, meta: { keeps: ['seat'] } },
          failed,
        },
      },
      ...more,
    });
  };
  const three = expect.stringMatching(
    /^of output of ask, all pairs, .* of gift, express and fragile were tried/,
  );
  const isThree = ({ gift, express, fragile }: Wish) => gift && express && fragile;

  test('is asked of its contract', () => {
    const when = ({ output }: { output: Wish }) => isThree(output);
    expect(reached(asks({ when }))).toEqual([three]);
  });

  test('is of no account where no more parts are read than were tried together', () => {
    const when = ({ output }: { output: Wish }) => output.gift && output.fragile;
    expect(reached(asks({ when }))).toEqual([]);
  });

  test('is not asked of what it is worth', () => {
    const amount = ({ output }: { output?: Wish }) => ({
      amount: output && isThree(output) ? 1 : 2,
      currency: 'EUR',
    });
    expect(reached(asks({ amount }))).toEqual([]);
  });

  test('is asked of guards that are asked, and not of those that answer both ways', () => {
    const onDone = [{ guard: 'isThree', target: 'kept' }, { target: 'kept' }];
    const guards = { isThree: ({ event }: { event: { output: Wish } }) => isThree(event.output) };
    const saga = asks({}, onDone, { guards });
    expect(reached(saga)).toEqual([]);
    expect(reached(saga, { samples: { input: [undefined] } })).toEqual([three]);
  });

  test('is asked of what is enqueued, and not of what nobody looks at', () => {
    const note = assign({
      isThree: ({ event }: { event: { output: Wish } }) => isThree(event.output),
    } as never);
    const look = enqueueActions(({ context, enqueue }) => {
      if ((context as { isThree: boolean }).isThree) enqueue.assign({ isSeen: true } as never);
    });
    const keeps = (actions: object) => asks({}, { target: 'kept', actions });
    expect(reached(keeps(enqueueActions(({ enqueue }) => enqueue(note))))).toEqual([]);
    expect(reached(keeps([enqueueActions(({ enqueue }) => enqueue(note)), look]))).toEqual([three]);
  });
});

describe('whether something depends on what an event says', () => {
  test('is asked of what it opens', () => {
    const undo = step('undo', { input: nothing, output: nothing });
    const saga = (instance: (event: Wish) => string) =>
      smallSaga('hears', {
        steps: [undo],
        events: {
          WISH: publicEvent({
            schema: wish,
            opens: { kind: 'seat', instance, undo, undoInput: () => ({}) },
          }) as object,
        },
        machine: {
          initial: 'waiting',
          states: {
            waiting: { after: { LATER: 'failed' }, on: { WISH: 'kept' } },
            kept: { ...rest, meta: { keeps: ['seat'] }, on: { WISH: { target: 'kept', reenter: true } } },
            failed: { ...failed, on: { WISH: { target: 'failed', reenter: true } } },
          },
        },
      });
    expect(reached(saga(({ seat }) => seat))).toEqual([]);
    const told = reached(
      saga(({ seat, gift, express, fragile }) => (gift && express && fragile ? seat : 'x')),
    );
    expect(told[0]).toMatch(/^of event WISH, all pairs, .* of gift, express and fragile were tried/);
  });
});
