import { createHash } from 'node:crypto';
import {
  idempotencyKey,
  messageOf,
  parseIdempotencyKey,
  SagaError,
  type SagaRunner,
  type SendResult,
  type StepView,
  type Traceable,
} from '@countermand/saga-core';
import type { Envelope, Message, WireMessage } from './message.js';
import type { Meaning, Route, Routes } from './route.js';

/** What is needed of a runner. */
export type ReceivingRunner = Pick<SagaRunner, 'get' | 'answer' | 'send' | 'start'>;

/**
 * What became of a message that came in. `taken`: stored, and committed. `skipped`: nothing here waits for it, for
 * example because it is a copy. `poison`: it never can be taken.
 */
export type Receipt =
  | { readonly kind: 'taken'; readonly message: Message; readonly result: SendResult }
  | { readonly kind: 'skipped'; readonly message: Message; readonly reason: string }
  | { readonly kind: 'poison'; readonly reason: string };

/**
 * Gives a message to the saga that it is for, and resolves when that is committed. May be given again: a step is
 * answered once, an event applied once. What follows from it goes on with the message's trace.
 *
 * @throws whatever keeps the message from being stored at the moment (no database, say); then it must be given again
 */
export async function receiveMessage(
  runner: ReceivingRunner,
  routes: Routes,
  envelope: Envelope,
  wire: WireMessage,
): Promise<Receipt> {
  const read = readMessage(envelope, wire);
  if ('reason' in read) return poison(read.reason);
  const { message } = read;
  const route = Object.hasOwn(routes, message.type) ? routes[message.type] : undefined;
  if (!route) return { kind: 'skipped', message, reason: 'NO_ROUTE' };
  const meaning = meaningOf([route].flat(), message);
  if ('misfit' in meaning) return poison(`${message.type}: ${meaning.misfit}`);
  try {
    if (meaning.kind === 'event') return await sendEvent(runner, message, meaning);
    if (meaning.kind === 'start') return await startSaga(runner, message, meaning);
    return await giveAnswer(runner, message, meaning);
  } catch (error) {
    return receiptOf(error, message);
  }
}

function readMessage(envelope: Envelope, wire: WireMessage): { message: Message } | { reason: string } {
  try {
    return { message: envelope.decode(wire) };
  } catch (error) {
    return { reason: messageOf(error) };
  }
}

function meaningOf(routes: readonly Route[], message: Message): ReturnType<Route> {
  const misfits: string[] = [];
  for (const route of routes) {
    try {
      const meaning = route(message);
      if (!('misfit' in meaning)) return meaning;
      misfits.push(meaning.misfit);
    } catch (error) {
      return { misfit: messageOf(error) };
    }
  }
  return { misfit: misfits.join(', or ') };
}

async function sendEvent(
  runner: ReceivingRunner,
  message: Message,
  { sagaId, event }: Meaning & { kind: 'event' },
): Promise<Receipt> {
  const actor = `message:${message.type}`;
  return taken(
    message,
    await runner.send(sagaId, event, { messageId: messageIdOf(message), actor, ...traceOf(message) }),
  );
}

const MAX_ID = 255;

/**
 * Senders choose their ids, and know nothing of each other's: two messages of different types are never copies of
 * one another. What is too long to be stored stands for its hash.
 */
function messageIdOf({ type, id }: Message): string {
  const whole = `${type}:${id}`;
  return whole.length <= MAX_ID ? whole : createHash('sha256').update(whole).digest('hex');
}

async function startSaga(
  runner: ReceivingRunner,
  message: Message,
  { saga, sagaId: id, input }: Meaning & { kind: 'start' },
): Promise<Receipt> {
  const { created } = await runner.start(saga, input, {
    ...{ id, actor: `message:${message.type}` },
    ...traceOf(message),
  });
  return taken(message, { outcome: 'applied', duplicate: !created });
}

async function giveAnswer(
  runner: ReceivingRunner,
  message: Message,
  meaning: Meaning & { kind: 'answer' },
): Promise<Receipt> {
  const { sagaId } = meaning;
  const saga = await runner.get(sagaId);
  if (!saga) return { kind: 'skipped', message, reason: 'SAGA_NOT_FOUND' };
  const named = saga.steps.filter(
    ({ name, id, role }) => name === meaning.step && role !== 'probe' && id === (meaning.id ?? id),
  );
  const chosen =
    message.idempotencyKey === undefined ? onlyOpen(named) : withKey(named, message.idempotencyKey, sagaId);
  if ('skipped' in chosen) return { kind: 'skipped', message, reason: chosen.skipped };
  if ('reason' in chosen) return poison(`${message.type}: ${chosen.reason}`);
  const key = idempotencyKey(sagaId, chosen.step.key);
  return taken(message, await runner.answer(key, meaning.answer, traceOf(message)));
}

type Chosen = { readonly step: StepView } | { readonly skipped: string } | { readonly reason: string };

function withKey(named: readonly StepView[], text: string, sagaId: string): Chosen {
  const key = parseIdempotencyKey(text);
  if (key?.sagaId !== sagaId) return { reason: `'${text}' is no idempotency key of ${sagaId}` };
  const step = named.find((one) => one.key === key.key);
  return step ? { step } : { reason: `'${text}' is no key of the step that such a message answers` };
}

const OPEN: ReadonlySet<string> = new Set(['pending', 'running', 'awaiting']);

function onlyOpen(named: readonly StepView[]): Chosen {
  const [step, ...more] = named.filter(({ status }) => OPEN.has(status));
  if (!step) return { skipped: named.length > 0 ? 'ALREADY_ANSWERED' : 'STEP_NOT_STARTED' };
  if (more.length === 0) return { step };
  return {
    reason: `${more.length + 1} steps '${step.name}' wait; the answer must carry its idempotency key`,
  };
}

/** Errors that say something of the message, and not of the moment. */
const POISON: ReadonlySet<string> = new Set([
  'EVENT_NOT_DECLARED',
  'EVENT_INVALID',
  'INPUT_INVALID',
  'START_CONFLICT',
  'ANSWER_INVALID',
  'SAGA_ID_INVALID',
  // It may pass, but not before a person has looked at a saga that is parked. A webhook's sender can wait so long;
  // a message that is put back would have everything behind it in its partition or queue wait, too.
  'MAILBOX_FULL',
  'NOT_JSON',
  'CONTEXT_TOO_LARGE',
  // A start that the machine's own code throws at does so again.
  'DECIDE_FAILED',
]);
const NOBODYS: ReadonlySet<string> = new Set(['SAGA_NOT_FOUND', 'ANSWER_UNKNOWN']);

function receiptOf(error: unknown, message: Message): Receipt {
  if (!(error instanceof SagaError)) throw error;
  if (NOBODYS.has(error.code)) return { kind: 'skipped', message, reason: error.code };
  if (POISON.has(error.code)) return poison(`${error.code}: ${messageOf(error)}`);
  throw error;
}

function traceOf({ traceparent }: Message): Traceable {
  return traceparent === undefined ? {} : { traceparent };
}

function taken(message: Message, result: SendResult): Receipt {
  return { kind: 'taken', message, result };
}

function poison(reason: string): Receipt {
  return { kind: 'poison', reason };
}
