import { expect, test } from 'vitest';
import { stepFailure } from '../step.js';
import { answerByFailure, type GuardCode } from './answer-by-failure.js';

const declined = { kind: 'declined', code: 'NO_MONEY', message: 'no', details: { retryable: true } };
const failed = { type: 'xstate.error.actor.charge', error: declined };

interface Args {
  readonly context: { readonly tries: number };
  readonly event: { readonly type: string; readonly error: typeof declined };
}
const ask = (guard: (args: Args) => unknown, event = failed) =>
  answerByFailure(guard as unknown as GuardCode, event);

test('a guard that reads how a step failed, and nothing else, is known', () => {
  expect(ask(({ event }) => event.error.kind === 'declined')).toBe(true);
  expect(ask(({ event }) => event.error.code === 'NO_CARD')).toBe(false);
  expect(ask(({ event }) => stepFailure(event).code === 'NO_MONEY')).toBe(true);
  // The context is only taken out of the arguments.
  expect(ask(({ context, event }) => event.error.kind === 'unknown' && context.tries < 3)).toBe(false);
});

test.each<[string, (args: Args) => unknown]>([
  ['the context', ({ context, event }) => event.error.kind === 'declined' && context.tries < 3],
  ['the details', ({ event }) => event.error.kind === 'declined' && event.error.details.retryable],
  ['the message', ({ event }) => event.error.message.includes('no')],
  ['every part of it', ({ event }) => JSON.stringify(event.error).includes('NO_MONEY')],
  ['nothing', () => true],
  [
    'what it catches',
    ({ context, event }) => {
      try {
        return event.error.kind === 'declined' && context.tries < 3;
      } catch {
        return true;
      }
    },
  ],
])('one that reads %s is not', (_, guard) => {
  expect(ask(guard)).toBeUndefined();
});

test('nor is one that is asked about anything but a failure', () => {
  const done = { type: 'xstate.done.actor.charge', error: declined };
  expect(ask(({ event }) => event.error.kind === 'declined', done)).toBeUndefined();
});
