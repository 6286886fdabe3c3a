import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkSaga } from './check/check-saga.js';
import { findObligation } from './ledger.js';
import { publicEvent } from './public-event.js';
import { step } from './step.js';
import { sagaOf, undoing } from './test-support/saga-of.js';
import { given, stepDone, stepUnknown } from './testing/index.js';

const order = z.object({ order: z.string() });
const part = order.extend({ final: z.boolean() });
const instance = (input: { readonly order: string }) => input.order;
const release = step('releaseMoney', { input: order, output: z.object({}) });
const refund = step('refundMoney', { input: order, output: z.object({}) });
const authorizeMoney = step('authorizeMoney', {
  input: order,
  output: z.object({}),
  opens: { kind: 'money', instance, undo: release, undoInput: ({ input }) => input },
});
const opens = {
  kind: 'captured',
  instance,
  undo: refund,
  undoInput: ({ input }: { input: { order: string } }) => ({ order: input.order }),
};
/** Takes a part of the money; the last part closes the rest. */
const capturePart = step('capturePart', {
  input: part,
  output: z.object({}),
  probe: true,
  opens,
  closes: { kind: 'money', instance, when: ({ input }) => input.final },
});
/** Whether anything is left is for the participant to say. */
const captureSome = step('captureSome', {
  input: part,
  output: z.object({ left: z.int() }),
  probe: true,
  opens,
  closes: { kind: 'money', instance, when: ({ output }) => output.left === 0 },
});
/** Gives back a part; the last part closes it all. */
const giveBack = step('giveBack', {
  input: part,
  output: z.object({}),
  closes: { kind: 'money', instance, when: ({ input }) => input.final },
});
const CAPTURED = publicEvent({
  schema: z.object({}),
  opens: { ...opens, instance: () => 'o', undoInput: () => ({ order: 'o' }) },
});

const taking = (src: string, final: boolean) =>
  given(
    sagaOf(
      {
        initial: 'authorizing',
        states: {
          authorizing: {
            invoke: {
              src: 'authorizeMoney',
              id: 'first',
              input: { order: 'o' },
              onDone: 'taking',
              onError: 'failed',
            },
          },
          taking: {
            on: { CAPTURED: 'waiting' },
            invoke: { src, id: 'take', input: { order: 'o', final }, onDone: 'waiting', onError: 'failed' },
          },
          waiting: { after: { TTL: 'failed' } },
          failed: undoing,
        },
      },
      {
        actors: {
          releaseMoney: release,
          refundMoney: refund,
          authorizeMoney,
          capturePart,
          captureSome,
          giveBack,
        },
        declared: { CAPTURED },
      },
    ),
    undefined,
  ).after(stepDone('first', {}));

const certainty = (story: ReturnType<typeof taking>, kind = 'money') =>
  findObligation(story.envelope.obligations, `${kind}:o`)?.certainty;

describe('what a step closes depends', () => {
  test.each([
    [true, 'closed'],
    [false, 'open'],
  ] as const)('on its input, also where it opens something: %s', (final, left) => {
    const story = taking('capturePart', final).when(stepDone('take', {}));
    expect([certainty(story), certainty(story, 'captured')]).toEqual([left, 'open']);
  });

  test.each([
    [true, 'closed'],
    [false, 'open'],
  ] as const)('on its input, also where it opens nothing: %s', (final, left) => {
    expect(certainty(taking('giveBack', final).when(stepDone('take', {})))).toBe(left);
  });

  test.each([
    [0, 'closed'],
    [5, 'open'],
  ] as const)('on its output: %s left', (left, expected) => {
    expect(certainty(taking('captureSome', true).when(stepDone('take', { left })))).toBe(expected);
  });

  test('and nobody keeps the input of a step that is not asked about it', () => {
    const releasing = { invoke: { src: 'releaseMoney', input: { order: 'o' }, onDone: 'b' } };
    const machine = { initial: 'a', states: { a: releasing, b: { tags: ['rest'] } } };
    const saga = sagaOf(machine, { actors: { releaseMoney: release } });
    const [run] = given(saga, undefined).envelope.runs;
    expect(run).toMatchObject({ step: 'releaseMoney' });
    expect(run).not.toHaveProperty('input');
  });
});

describe('news from elsewhere that a step took effect', () => {
  test.each([
    ['capturePart', true, 'closed'],
    ['capturePart', false, 'open'],
    ['captureSome', true, 'maybe'],
  ] as const)(
    'closes what the input tells, and puts in doubt what the output tells: %s, %s',
    (src, final, left) => {
      const story = taking(src, final).when({ type: 'CAPTURED' });
      expect([certainty(story), certainty(story, 'captured')]).toEqual([left, 'open']);
    },
  );

  test.each([
    ['capturePart', true, {}, 'closed'],
    ['capturePart', false, {}, 'open'],
    ['captureSome', true, { left: 0 }, 'closed'],
    ['captureSome', true, { left: 5 }, 'open'],
  ] as const)('a probe asks with the output that it found: %s, %s', (src, final, output, left) => {
    const story = taking(src, final)
      .after(stepUnknown('take'))
      .when(stepDone('probe:captured:o', { landed: true, output }));
    expect(certainty(story, 'captured')).toBe('open');
    expect(certainty(story)).toBe(left);
  });
});

describe('a step of which nobody knows how it ended', () => {
  test.each([
    [true, 'maybe'],
    [false, 'open'],
  ] as const)('puts in doubt what it closes by its input: %s', (final, left) => {
    expect(certainty(taking('giveBack', final).when(stepUnknown('take')))).toBe(left);
  });
});

describe('the check', () => {
  const settling = (final: boolean) =>
    sagaOf(
      {
        initial: 'authorizing',
        states: {
          authorizing: {
            invoke: { src: 'authorizeMoney', input: { order: 'o' }, onDone: 'taking', onError: 'failed' },
          },
          taking: {
            invoke: { src: 'capturePart', input: { order: 'o', final }, onDone: 'taken', onError: 'failed' },
          },
          taken: { tags: ['rest'], meta: { keeps: ['captured'] } },
          failed: undoing,
        },
      },
      { actors: { releaseMoney: release, refundMoney: refund, authorizeMoney, capturePart } },
    );

  test('tells of money that a part leaves open', () => {
    expect(checkSaga(settling(true)).sound).toBe(true);
    expect(checkSaga(settling(false)).findings.map(({ rule, subject }) => `${rule}: ${subject}`)).toEqual([
      'obligation-left-open: money in taken',
    ]);
  });
});
