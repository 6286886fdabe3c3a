import { describe, expect, test } from 'vitest';
import { assign, enqueueActions } from 'xstate';
import { z } from 'zod';
import { publicEvent } from '../public-event.js';
import { step } from '../step.js';
import { KEEPS_ONE_CARD, keepsEveryCard } from '../test-support/check-corpus/charges-by-card.js';
import { seats } from '../test-support/check-corpus/seat-steps.js';
import { failed, smallSaga } from '../test-support/check-corpus/small-saga.js';
import { SOUND } from '../test-support/check-corpus/sound-machines.js';
import { travel } from '../test-support/check-corpus/travel-steps.js';
import { checkSaga } from './check-saga.js';
import { renderReport } from './render-report.js';

interface Counted {
  readonly context: { readonly count: number };
}
const theSeat = ({ context }: Counted) => ({ seat: String(context.count) });
const count = assign({ count: ({ context }: Counted) => context.count + 1 } as never);
const rest = { tags: ['rest'] };
const keepsSeat = { ...rest, meta: { keeps: ['seat'] } };
const hasEnough = ({ context }: Counted) => context.count >= 20;
const hold = (onDone: string | object) => ({
  entry: count,
  invoke: { src: 'holdOne', input: theSeat, onDone, onError: '#failed' },
});

/** Holds one more seat each time round. */
const holdsOneMore = smallSaga('holds-one-more', {
  steps: seats,
  machine: {
    initial: 'holding',
    context: { count: 0 },
    states: {
      holding: hold([
        { guard: hasEnough, target: 'held' },
        { target: 'holding', reenter: true },
      ]),
      held: keepsSeat,
      failed,
    },
  },
});

/** Holds another seat each time round, and gives it back. */
const changesSeats = smallSaga('changes-seats', {
  steps: seats,
  machine: {
    initial: 'holding',
    context: { count: 0 },
    states: {
      holding: hold('giving'),
      giving: {
        invoke: {
          src: 'giveBack',
          input: theSeat,
          onDone: [{ guard: hasEnough, target: 'done' }, { target: 'holding' }],
          onError: '#failed',
        },
      },
      done: rest,
      failed,
    },
  },
});

/** Spawns one more step whenever it is told to. */
const spawnsForEver = smallSaga('spawns-for-ever', {
  steps: travel,
  events: { MORE: {} },
  machine: {
    initial: 'open',
    context: { count: 0 },
    states: {
      open: {
        after: { LATER: 'done' },
        on: {
          MORE: {
            actions: enqueueActions(({ context, enqueue }) => {
              enqueue(count as never);
              enqueue.spawnChild(
                'print' as never,
                { id: `print-${(context as Counted['context']).count}`, input: {} } as never,
              );
            }),
          },
          'xstate.done.actor.*': {},
          'xstate.error.actor.*': 'done',
        },
      },
      done: { ...rest, on: { MORE: {} } },
    },
  },
});

/** Reminds again and again, and forgets its seat at the twenty-first time. */
const forgetsInTheEnd = smallSaga('forgets-in-the-end', {
  steps: seats,
  input: z.object({}),
  events: { GO: {} },
  machine: {
    initial: 'holding',
    context: { count: 0 },
    states: {
      holding: {
        invoke: { src: 'holdOne', input: () => ({ seat: 'a' }), onDone: 'waiting', onError: '#failed' },
        on: { GO: {} },
      },
      waiting: {
        entry: count,
        after: {
          SOON: [
            { guard: ({ context }: Counted) => context.count > 20, target: 'gone' },
            { target: 'waiting', reenter: true },
          ],
        },
        on: { GO: 'held' },
      },
      held: { ...keepsSeat, on: { GO: {} } },
      gone: { ...rest, on: { GO: {} } },
      failed: { ...failed, on: { GO: {} } },
    },
  },
});

/** Counts for ever, within one decision each time. */
const asksAndAsks = smallSaga('asks-and-asks', {
  steps: travel,
  machine: {
    initial: 'counting',
    context: { count: 0 },
    states: {
      counting: { always: [{ guard: 'goesOn', actions: count, target: 'again' }, { target: 'done' }] },
      again: { always: 'counting' },
      done: rest,
    },
  },
  guards: { goesOn: hasEnough },
});

/** What no function's own code says. */
const OURS = 'our own';
const undoOdd = step('undoOdd', { input: z.object({}), output: z.object({}) });

describe('a bound that is reached is told', () => {
  test('a loop that opens one more each time ends at the fifth', () => {
    const report = checkSaga(holdsOneMore);
    expect(report).toMatchObject({ sound: true, verdict: 'sound up to bounds', findings: [] });
    expect(report.reached).toEqual([
      'a saga with more than 4 instances of seat was not followed further; raise maxInstances to see more',
      expect.stringContaining('held keeps every seat and names no instance, and up to 4 are kept at once'),
    ]);
    expect(report.explored.states).toBeLessThan(100);
    expect(renderReport(report)).toMatch(/^holds-one-more 1: sound up to bounds\n/);
    expect(renderReport(report)).toContain(
      'bounds that were reached, beyond which nothing was explored:\n  - a saga',
    );
  });

  test('what is closed counts too, for the next round has another name', () => {
    const report = checkSaga(changesSeats);
    expect(report.verdict).toBe('sound up to bounds');
    expect(report.explored.states).toBeLessThan(100);
  });

  test('the author says how many', () => {
    const few = checkSaga(holdsOneMore, { maxInstances: 2 });
    const many = checkSaga(holdsOneMore, { maxInstances: 8 });
    expect(few.reached[0]).toContain('more than 2 instances of seat');
    expect(many.explored.states).toBeGreaterThan(few.explored.states);
  });

  test('children that are spawned for ever end', () => {
    const report = checkSaga(spawnsForEver);
    expect(report.verdict).toBe('sound up to bounds');
    expect(report.reached.join()).toContain('4 ids like print-N');
  });

  test('a loop whose samples end it is followed to its end, with nothing to tell', () => {
    const samples = { input: [{}] };
    const report = checkSaga(forgetsInTheEnd, { samples });
    expect(report.verdict).toBe('broken');
    expect(report.findings.map(({ rule, subject }) => `${rule}: ${subject}`)).toEqual([
      'obligation-left-open: seat in gone',
    ]);
    expect(report.findings[0]?.trace).toHaveLength(23);
  });

  test('a counter that nothing ends is left out, and named', () => {
    const subscription = SOUND.find(({ name }) => name === 'subscription');
    if (!subscription) throw new Error('the corpus has no subscription');
    const guessed = checkSaga(subscription);
    expect(guessed.verdict).toBe('sound up to bounds');
    expect(guessed.reached).toEqual([expect.stringContaining("the context's tries takes so many values")]);
    expect(checkSaga(subscription, { ignore: ['tries'] }).verdict).toBe('sound');
    expect(checkSaga(subscription, { samples: { input: [undefined] } }).verdict).toBe('sound');
  });

  test('a guard that is asked again and again in one decision is named', () => {
    const report = checkSaga(asksAndAsks);
    expect(report.verdict).toBe('sound up to bounds');
    expect(report.reached).toEqual([expect.stringContaining('goesOn is asked so often in one decision')]);
  });

  test('a way on which the machine throws behind a guessed guard is named, and asked guards find it out', () => {
    const first = ({ event }: { event: { output: { offers: string[] } } }) => event.output.offers[0]?.length;
    const offer = assign({
      offer: (args: never) => {
        if (first(args) === undefined) throw new Error('no offer');
        return 1;
      },
    } as never);
    const quote = step('quote', {
      input: z.object({}),
      output: z.object({ offers: z.array(z.string()) }),
    });
    const saga = smallSaga('throws-behind-a-guard', {
      steps: [quote],
      input: z.object({ isExpress: z.boolean() }),
      machine: {
        initial: 'asking',
        context: ({ input }: { input: object }) => input,
        states: {
          asking: {
            invoke: {
              src: 'quote',
              input: () => ({}),
              onDone: [{ guard: 'isExpress', target: 'done', actions: offer }, { target: 'done' }],
              onError: 'done',
            },
          },
          done: rest,
        },
      },
      guards: { isExpress: ({ context }: { context: { isExpress: boolean } }) => context.isExpress },
    });
    const report = checkSaga(saga);
    expect(report).toMatchObject({ verdict: 'sound up to bounds', findings: [] });
    expect(report.reached).toEqual([
      expect.stringContaining(
        'throws on step quote: done {"offers":[]} in asking, where isExpress says yes (no offer)',
      ),
    ]);
    const asked = checkSaga(saga, { samples: { input: [{ isExpress: true }] } });
    expect(asked.findings.map(({ rule }) => rule)).toEqual(['machine-throws']);
  });

  test('a saga whose input nobody can make is not proved, and nothing is said of what it never does', () => {
    const input = z.string().refine((text) => text.startsWith('our own:'));
    const saga = smallSaga('never-starts', {
      steps: travel,
      input,
      machine: { initial: 'waiting', states: { waiting: { after: { SOON: 'done' } }, done: rest } },
    });
    const report = checkSaga(saga);
    expect(report).toMatchObject({ sound: false, verdict: 'not proved', findings: [] });
    expect(report.reached).toEqual([
      'nothing could be made from the schema of input, so the saga never starts: give samples',
    ]);
    expect(checkSaga(saga, { samples: { input: ['our own: 1'] } }).verdict).toBe('sound');
  });

  test('an event that nobody can make is a bound that was reached', () => {
    const schema = z.object({ code: z.string().refine((text) => text.startsWith('our own:')) });
    const saga = smallSaga('never-hears', {
      steps: travel,
      events: { SAID: { schema } },
      machine: {
        initial: 'waiting',
        states: {
          waiting: { after: { SOON: 'done' }, on: { SAID: 'done' } },
          done: { ...rest, on: { SAID: {} } },
        },
      },
    });
    const report = checkSaga(saga);
    expect(report.verdict).toBe('sound up to bounds');
    expect(report.reached).toEqual([expect.stringContaining('the schema of event SAID, so it never comes')]);
  });

  test('a when that always says the same is a bound that was reached', () => {
    const odd = step('odd', {
      input: z.object({}),
      output: z.object({ code: z.string() }),
      opens: {
        kind: 'odd',
        instance: () => 'x',
        when: ({ output }) => output.code === OURS,
        undo: undoOdd,
        undoInput: () => ({}),
      },
    });
    const saga = smallSaga('opens-it-seldom', {
      steps: [odd, undoOdd],
      machine: {
        initial: 'A',
        states: {
          A: { invoke: { src: 'odd', input: () => ({}), onDone: 'B', onError: '#failed' } },
          B: rest,
          failed,
        },
      },
    });
    const report = checkSaga(saga);
    expect(report.verdict).toBe('sound up to bounds');
    expect(report.reached).toEqual([
      'opens.when of odd always says no to every output that could be made (it reads output.code): give samples of the output of odd',
    ]);
    const samples = { outputs: { odd: [{ code: OURS }, { code: 'theirs' }] } };
    expect(checkSaga(saga, { samples }).verdict).toBe('broken');
  });

  test('one that reads the input alone is told as that, with what the input is made of', () => {
    const all = z.object({ seat: z.string(), all: z.boolean() });
    const giveSome = step('giveSome', {
      input: all,
      output: z.object({}),
      closes: { kind: 'seat', instance: ({ seat }) => seat, when: ({ input }) => input.all },
    });
    const saga = smallSaga('gives-all-of-them', {
      steps: [...seats, giveSome],
      input: z.object({ seat: z.string() }),
      machine: {
        initial: 'holding',
        context: ({ input }: { input: object }) => input,
        states: {
          holding: {
            invoke: {
              src: 'holdOne',
              input: ({ context }: { context: object }) => context,
              onDone: 'giving',
              onError: '#failed',
            },
          },
          giving: {
            invoke: {
              src: 'giveSome',
              input: ({ context }: { context: object }) => ({ ...context, all: true }),
              onDone: 'done',
              onError: '#failed',
            },
          },
          done: rest,
          failed,
        },
      },
    });
    const { findings, reached } = checkSaga(saga);
    expect(findings).toEqual([]);
    expect(reached).toEqual([
      'closes.when of giveSome for seat always says yes (it reads input.all, and nothing of the output): give samples of what its input is made of (input); where it is always so, leave the when out',
    ]);
    const asked = checkSaga(saga, { samples: { input: [{ seat: 'a' }, { seat: 'b' }] } });
    expect(asked).toMatchObject({ verdict: 'sound', reached: [] });
  });

  test('an event that never names what it opens is a bound that was reached', () => {
    const schema = z.object({ status: z.string(), id: z.string() });
    const instance = ({ status, id }: { status: string; id: string }) => (status === OURS ? id : undefined);
    const undoInput = () => ({});
    const saga = smallSaga('hears-of-money', {
      steps: [undoOdd],
      events: { PAID: publicEvent({ schema, opens: { kind: 'money', instance, undo: undoOdd, undoInput } }) },
      machine: {
        initial: 'waiting',
        states: {
          waiting: { after: { LATER: 'gone' }, on: { PAID: 'paid' } },
          paid: { ...rest, meta: { keeps: ['money'] }, on: { PAID: {} } },
          gone: { ...rest, on: { PAID: {} } },
        },
      },
    });
    const report = checkSaga(saga);
    expect(report).toMatchObject({ verdict: 'sound up to bounds', findings: [] });
    expect(report.reached).toEqual([
      "opens.instance of event PAID gives nothing for every value that was made of the event's schema: give samples of the event",
    ]);
    const samples = { events: { PAID: [{ status: OURS, id: 'a' }] } };
    const { findings, reached } = checkSaga(saga, { samples });
    expect(findings.map(({ rule, subject }) => `${rule}: ${subject}`)).toEqual(['news-lost: PAID in gone']);
    expect(reached).toEqual([]);
  });

  test('and so is one that never names what it closes', () => {
    const closes = {
      kind: 'seat',
      instance: ({ code }: { code: string }) => (code === OURS ? 'x' : undefined),
    };
    const saga = smallSaga('hears-of-seats', {
      steps: seats,
      events: { GONE: publicEvent({ schema: z.object({ code: z.string() }), closes }) },
      machine: {
        initial: 'waiting',
        states: {
          waiting: { after: { LATER: 'done' }, on: { GONE: 'done' } },
          done: { ...rest, on: { GONE: {} } },
        },
      },
    });
    expect(checkSaga(saga).reached).toEqual([
      expect.stringContaining('closes.instance of event GONE for seat gives nothing'),
    ]);
  });

  test('of the corpus, everything else is explored to its end', () => {
    const cut = SOUND.filter((saga) => checkSaga(saga).verdict !== 'sound');
    expect(cut.map(({ name }) => name)).toEqual(['subscription']);
  });
});

const heard = { 'xstate.done.actor.*': {}, 'xstate.error.actor.*': 'failed' };
/** A child for each seat of the list that starts it. */
const holdsEverySeat = smallSaga('holds-every-seat', {
  steps: seats,
  input: z.object({ seats: z.array(z.string()).length(2) }),
  machine: {
    initial: 'holding',
    context: ({ input }: { input: object }) => input,
    states: {
      holding: {
        entry: enqueueActions(({ enqueue, context }) => {
          for (const seat of (context as { seats: readonly string[] }).seats)
            enqueue.spawnChild('holdOne' as never, { id: `hold-${seat}`, input: { seat } } as never);
        }),
        after: { LATER: 'held' },
        on: heard,
      },
      held: { ...keepsSeat, on: heard },
      failed: { ...failed, on: { ...heard, 'xstate.error.actor.*': {} } },
    },
  },
});

describe('what is taken for granted is told', () => {
  test('a state that keeps all of a kind, where a second attempt may be kept beside the first', () => {
    const told = ({ assumptions, reached }: ReturnType<typeof checkSaga>) =>
      [...assumptions, ...reached].filter((line) => line.includes('keeps every'));
    const report = checkSaga(keepsEveryCard);
    expect(report).toMatchObject({ verdict: 'sound up to bounds', findings: [] });
    expect(report.reached).toEqual([
      expect.stringMatching(/^paid keeps every money .* up to 2 are kept at once/),
    ]);
    expect(told(report)).toEqual(report.reached);
    for (const saga of KEEPS_ONE_CARD) expect(told(checkSaga(saga))).toEqual([]);
  });

  test('a state that keeps all of a kind, where one was asked for by each element of a list', () => {
    const report = checkSaga(holdsEverySeat);
    expect(report).toMatchObject({ verdict: 'sound', reached: [] });
    expect(report.assumptions).toContain(
      'held keeps every seat: up to 2 at once; name the instance if only one is meant',
    );
  });

  test('contracts that say that an instance is opened once, whatever the key', () => {
    const subscription = SOUND.find(({ name }) => name === 'subscription');
    if (!subscription) throw new Error('the corpus has no subscription');
    expect(checkSaga(subscription).assumptions).toContain(
      'participants open an instance that they know no second time, whatever the key: so say the contracts of chargePeriod (money)',
    );
  });

  test('events that close what a step may still be opening', () => {
    const hears = SOUND.find(({ name }) => name === 'hears-that-it-was-voided');
    if (!hears) throw new Error('the corpus has no saga that hears of a void');
    const report = checkSaga(hears);
    expect(report).toMatchObject({ verdict: 'sound', reached: [] });
    expect(report.assumptions).toContain(
      'what an event from outside says is over is over: a step that opens it and is still under way then does not open it afterwards: VOIDED (hold)',
    );
  });
});

describe('where four of a kind make too many states', () => {
  /** Renews for ever; two of each kind are far fewer states than four. */
  const many = (more: object) => checkSaga(changesSeats, { ignore: ['count'], ...more });

  test('two are followed, and the verdict holds up to there', () => {
    const four = many({});
    const few = many({ maxInstances: 2 });
    expect(few.explored.states).toBeLessThan(four.explored.states);
    const report = many({ maxStates: four.explored.states - 1 });
    expect(report).toMatchObject({ verdict: 'sound up to bounds', explored: few.explored });
    expect(report.reached).toEqual(few.reached);
  });

  test('a bound of the author stays', () => {
    const maxStates = many({}).explored.states - 1;
    expect(many({ maxInstances: 4, maxStates }).verdict).toBe('not proved');
  });
});
