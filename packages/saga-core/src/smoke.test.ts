import { expect, test as it } from 'vitest';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  asAction,
  begin,
  compensate,
  decide,
  defineSaga,
  isSettled,
  publicEvent,
  sagaStatus,
  step,
  viewSaga,
} from './index.js';

const seat = z.object({ seat: z.string() });
const release = step('release', { input: seat, output: z.object({ ok: z.boolean() }) });
const reserve = step('reserve', {
  input: seat,
  output: z.object({ id: z.string() }),
  declines: ['TAKEN'],
  opens: { kind: 'seat.held', instance: ({ seat }) => seat, undo: release, undoInput: ({ input }) => input },
});
const tell = step('tell', { input: seat, output: z.null() });
const machine = setup({
  types: {
    context: {} as { seat: string; id?: string },
    events: {} as { type: 'CANCEL' } | { type: 'KEEP' },
    input: {} as { seat: string },
  },
  actors: { reserve, release, tell, compensate },
  actions: { tell: asAction(tell) },
  delays: { TTL: 1000 },
}).createMachine({
  context: ({ input }) => ({ seat: input.seat }),
  initial: 'HOLDING',
  states: {
    HOLDING: {
      invoke: {
        src: 'reserve',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: { target: 'HELD', actions: assign({ id: ({ event }) => event.output.id }) },
        onError: 'CANCELLED',
      },
      on: { CANCEL: 'CANCELLED' },
    },
    HELD: { after: { TTL: 'CANCELLED' }, on: { KEEP: 'KEPT', CANCEL: 'CANCELLED' } },
    KEPT: {
      tags: ['rest'],
      meta: { keeps: ['seat.held'] },
      entry: { type: 'tell', params: ({ context }) => ({ seat: context.seat }) },
    },
    CANCELLED: {
      initial: 'undoing',
      states: { undoing: { invoke: { src: 'compensate', onDone: 'done' } }, done: { tags: ['rest'] } },
    },
  },
});
const saga = defineSaga({
  name: 'seat',
  version: 1,
  machine,
  events: { CANCEL: publicEvent({ schema: z.object({}) }), KEEP: publicEvent({ schema: z.object({}) }) },
});

it('a seat is held and given back', () => {
  let d = begin(saga, { sagaId: 's1', input: { seat: 'A1' }, at: 0, actor: 'system' });
  expect(d.effects).toMatchObject([
    { type: 'runStep', step: 'reserve', idempotencyKey: 's1:0.(machine).HOLDING:1' },
  ]);
  const run = d.envelope.runs[0]!;
  d = decide(
    saga,
    JSON.parse(JSON.stringify(d.envelope)),
    { type: 'answer', id: run.id, visit: 1, outcome: { kind: 'done', output: { id: 'x' } }, attempts: 1 },
    5,
  );
  expect(d.envelope.snapshot.value).toBe('HELD');
  expect(d.effects).toMatchObject([{ type: 'armTimer', dueAt: 1005 }]);
  d = decide(
    saga,
    JSON.parse(JSON.stringify(d.envelope)),
    { type: 'event', messageId: 'm', event: { type: 'CANCEL' }, actor: 'me', accepted: false },
    6,
  );
  expect(d.effects).toMatchObject([
    { type: 'cancelTimer' },
    { type: 'runStep', step: 'release', role: 'undo', idempotencyKey: 's1:undo:seat.held:A1:1' },
  ]);
  expect(sagaStatus(saga, d.envelope)).toBe('compensating');
  d = decide(
    saga,
    JSON.parse(JSON.stringify(d.envelope)),
    {
      type: 'answer',
      id: 'undo:seat.held:A1',
      visit: 1,
      outcome: { kind: 'done', output: { ok: true } },
      attempts: 1,
    },
    7,
  );
  expect(d.envelope.snapshot.value).toEqual({ CANCELLED: 'done' });
  expect(isSettled(saga, d.envelope)).toBe(true);
  expect(viewSaga(saga, d.envelope, { steps: [], createdAt: 0, updatedAt: 0 }).openObligations).toEqual([]);
});
