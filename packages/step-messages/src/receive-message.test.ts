import { defineSaga, later, publicEvent, SagaError, step } from '@countermand/saga-core';
import { createTestRunner } from '@countermand/saga-core/testing';
import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { plainEnvelope } from './plain-envelope.js';
import { receiveMessage } from './receive-message.js';
import { answers, type Routes, sends, starts } from './route.js';

const authorize = step('authorize', {
  input: z.object({ card: z.string() }),
  output: z.object({ code: z.string() }),
  declines: ['NO_FUNDS'],
});

const codeOnly = z.object({ code: z.string() });
const answer = codeOnly.extend({ card: z.string() });

/** Two cards, asked at once; a saga that holds two steps of one name. */
const machine = setup({
  types: {
    context: {} as { codes: string[]; notes: string[] },
    events: {} as { type: 'NOTED'; text: string },
  },
  actors: { authorize },
}).createMachine({
  context: { codes: [], notes: [] },
  on: { NOTED: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.text] }) } },
  type: 'parallel',
  states: Object.fromEntries(
    ['a', 'b'].map((card) => [
      card,
      {
        initial: 'asking',
        states: {
          asking: {
            invoke: {
              id: `card-${card}`,
              src: 'authorize' as const,
              input: { card },
              onDone: {
                target: 'done',
                actions: assign({
                  codes: ({ context, event }) => [...context.codes, codeOnly.parse(event['output']).code],
                }),
              },
              onError: 'refused',
            },
          },
          done: { tags: 'rest' },
          refused: { tags: 'rest' },
        },
      },
    ]),
  ),
});

const saga = defineSaga({
  name: 'cards',
  version: 1,
  machine,
  events: { NOTED: publicEvent({ schema: z.object({ text: z.string().max(5) }) }) },
});

const routes: Routes = {
  authorized: answers(authorize, answer, ({ code }) => ({ output: { code } }), {
    id: ({ card }) => `card-${card}`,
  }),
  'authorized.somewhere': answers(authorize, z.object({ code: z.string() }), (output) => ({ output })),
  'cards.wanted': starts(saga, z.object({}), () => ({})),
  news: sends(z.object({ text: z.string() }), ({ text }) => ({ type: 'NOTED', text })),
  verdict: [
    answers(
      authorize,
      z.object({ card: z.string(), verdict: z.literal('no') }),
      () => ({ declined: 'NO_FUNDS' }),
      {
        id: ({ card }) => `card-${card}`,
      },
    ),
    sends(z.object({ text: z.string() }), ({ text }) => ({ type: 'NOTED', text })),
  ],
};

const meta = { id: 'm', at: 0, correlationId: 's-1' };

async function begin() {
  const runner = createTestRunner({ sagas: [saga], adapters: { authorize: () => later() } });
  await runner.start(saga, {}, { id: 's-1' });
  await runner.settle();
  let sent = 0;
  const receive = async (type: string, payload: object, more: object = {}) => {
    sent += 1;
    const message = { ...meta, id: `m-${sent}`, type, payload: { ...payload }, ...more };
    const receipt = await receiveMessage(runner, routes, plainEnvelope, plainEnvelope.encode(message));
    await runner.settle();
    return receipt;
  };
  const context = async () => (await runner.get('s-1'))?.context;
  return { runner, receive, context };
}

describe('an answer', () => {
  it('goes to the step of its name and id that waits, and only once', async () => {
    const { receive, context } = await begin();
    expect(await receive('authorized', { card: 'a', code: 'x' })).toMatchObject({ kind: 'taken' });
    expect(await receive('authorized', { card: 'a', code: 'y' })).toMatchObject({
      ...{ kind: 'skipped', reason: 'ALREADY_ANSWERED' },
    });
    expect(await context()).toMatchObject({ codes: ['x'] });
  });

  it('that could be for several steps is only taken with its idempotency key', async () => {
    const { receive, context } = await begin();
    expect(await receive('authorized.somewhere', { code: 'x' })).toMatchObject({
      kind: 'poison',
      reason: expect.stringContaining("2 steps 'authorize' wait"),
    });
    const key = { idempotencyKey: 's-1:card-b:1' };
    expect(await receive('authorized.somewhere', { code: 'x' }, key)).toMatchObject({ kind: 'taken' });
    expect(await receive('authorized.somewhere', { code: 'y' }, key)).toMatchObject({
      kind: 'taken',
      result: { outcome: 'ignored' },
    });
    expect(await context()).toMatchObject({ codes: ['x'] });
  });

  it.each([
    ['of another saga', 's-2:card-a:1'],
    ['of a step that was never asked', 's-1:card-a:2'],
    ['that is none', 'hello'],
  ])('with a key %s is poison', async (_what, idempotencyKey) => {
    const { receive, context } = await begin();
    expect(await receive('authorized', { card: 'a', code: 'x' }, { idempotencyKey })).toMatchObject({
      kind: 'poison',
    });
    expect(await context()).toMatchObject({ codes: [] });
  });

  it('for a saga that is not here is skipped', async () => {
    const { receive } = await begin();
    const receipt = await receive('authorized', { card: 'a', code: 'x' }, { correlationId: 's-9' });
    expect(receipt).toMatchObject({ kind: 'skipped', reason: 'SAGA_NOT_FOUND' });
  });
});

describe('a message', () => {
  it.each([
    ['verdict', { text: 'hm' }, 's-1'],
    ['authorized', { card: 'a', code: 'x' }, 's-1'],
    ['cards.wanted', {}, 's-2'],
  ])('hands its trace on to what follows from it: %s', async (type, payload, correlationId) => {
    const traces: unknown[] = [];
    const { runner } = await begin();
    const noting = {
      get: (id: string) => runner.get(id),
      answer: (...args: Parameters<typeof runner.answer>) => {
        traces.push(args[2]?.traceparent);
        return runner.answer(...args);
      },
      send: (...args: Parameters<typeof runner.send>) => {
        traces.push(args[2]?.traceparent);
        return runner.send(...args);
      },
      start: (...args: Parameters<typeof runner.start>) => {
        traces.push(args[2]?.traceparent);
        return runner.start(...args);
      },
    };
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const wire = plainEnvelope.encode({ ...meta, type, payload, correlationId, traceparent });
    expect(await receiveMessage(noting, routes, plainEnvelope, wire)).toMatchObject({ kind: 'taken' });
    expect(traces).toEqual([traceparent]);
  });

  it('means what the first route says whose payload fits', async () => {
    const { runner, receive, context } = await begin();
    await receive('verdict', { card: 'a', verdict: 'no' });
    await receive('verdict', { text: 'hm' });
    expect(await context()).toMatchObject({ notes: ['hm'] });
    expect((await runner.get('s-1'))?.state).toEqual({ a: 'refused', b: 'asking' });
    expect(await receive('verdict', { card: 'a' })).toMatchObject({ kind: 'poison' });
  });

  it('begins a saga under its correlation id, and its copy finds it begun', async () => {
    const { runner, receive } = await begin();
    const fresh = { correlationId: 's-new' };
    expect(await receive('cards.wanted', {}, fresh)).toMatchObject({ result: { duplicate: false } });
    expect(await receive('cards.wanted', {}, fresh)).toMatchObject({ result: { duplicate: true } });
    expect(await runner.get('s-new')).toMatchObject({ saga: 'cards' });
  });

  it('of a type that has no route is skipped', async () => {
    const { receive } = await begin();
    expect(await receive('toString', {})).toMatchObject({ kind: 'skipped', reason: 'NO_ROUTE' });
  });

  it('that comes twice is applied once', async () => {
    const { receive, context } = await begin();
    await receive('verdict', { text: 'once' }, { id: 'same' });
    expect(await receive('verdict', { text: 'once' }, { id: 'same' })).toMatchObject({
      result: { duplicate: true },
    });
    expect(await context()).toMatchObject({ notes: ['once'] });
  });

  it('with the id that somebody else gave another one is no copy of that', async () => {
    const { receive, context } = await begin();
    await receive('verdict', { text: 'one' }, { id: '1' });
    await receive('news', { text: 'other' }, { id: '1' });
    expect(await context()).toMatchObject({ notes: ['one', 'other'] });
  });

  it('whose id is longer than can be stored is applied once all the same', async () => {
    const { receive, context } = await begin();
    const id = 'x'.repeat(300);
    await receive('verdict', { text: 'long' }, { id });
    expect(await receive('verdict', { text: 'long' }, { id })).toMatchObject({ result: { duplicate: true } });
    expect(await context()).toMatchObject({ notes: ['long'] });
  });

  it.each(['DECIDE_FAILED', 'NOT_JSON', 'CONTEXT_TOO_LARGE'] as const)(
    'that would fail for ever with %s is poison, and holds up nobody behind it',
    async (code) => {
      const { runner } = await begin();
      const start = () => Promise.reject(new SagaError(code, 'so it is'));
      const failing = { get: (id: string) => runner.get(id), answer: start, send: start, start };
      const wire = plainEnvelope.encode({ ...meta, type: 'cards.wanted', payload: {} });
      expect(await receiveMessage(failing, routes, plainEnvelope, wire)).toMatchObject({ kind: 'poison' });
    },
  );

  it('that the saga refuses for good is poison', async () => {
    const { receive } = await begin();
    expect(await receive('verdict', { text: 'too long' })).toMatchObject({
      kind: 'poison',
      reason: expect.stringMatching(/^EVENT_INVALID: /),
    });
  });

  it('for a saga that keeps no more is a dead letter, for a person: put back it would hold up those behind it', async () => {
    const { runner } = await begin();
    const full = () => Promise.reject(new SagaError('MAILBOX_FULL', 'the saga is parked'));
    const parked = { get: (id: string) => runner.get(id), answer: full, send: full, start: full };
    const wire = plainEnvelope.encode({ ...meta, type: 'verdict', payload: { text: 'a' } });
    expect(await receiveMessage(parked, routes, plainEnvelope, wire)).toMatchObject({
      kind: 'poison',
      reason: expect.stringMatching(/^MAILBOX_FULL: /),
    });
  });

  it('that cannot be stored at the moment is left to its caller to give again', async () => {
    const { runner } = await begin();
    const away = () => Promise.reject(new SagaError('RUNNER_STOPPED', 'stopped'));
    const broken = { get: (id: string) => runner.get(id), answer: away, send: away, start: away };
    const wire = plainEnvelope.encode({ ...meta, type: 'verdict', payload: { text: 'a' } });
    await expect(receiveMessage(broken, routes, plainEnvelope, wire)).rejects.toThrow('stopped');
  });
});
