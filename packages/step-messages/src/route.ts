import type { AnySaga, AnyStep, Json, SagaInput } from '@countermand/saga-core';
import type { z } from 'zod';
import type { Message } from './message.js';

/** A step's output as its contract takes it. */
export type OutputOf<S extends AnyStep> = NonNullable<S['~types']>['rawOutput'];

/** The answer that a message gives a step. */
export type AnswerTo<S extends AnyStep> =
  | { readonly output: OutputOf<S> }
  | { readonly declined: string; readonly details?: Json }
  | { readonly failed: string };

/** An event for a saga: its type, and whatever else it says. */
export interface RoutedEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What a message means to a saga. */
export type Meaning =
  | {
      readonly kind: 'answer';
      readonly sagaId: string;
      readonly step: string;
      readonly id?: string;
      readonly answer: AnswerTo<AnyStep>;
    }
  | { readonly kind: 'event'; readonly sagaId: string; readonly event: RoutedEvent }
  | { readonly kind: 'start'; readonly sagaId: string; readonly saga: AnySaga; readonly input: unknown };

/** Says what a message means, or why its payload doesn't fit. */
export type Route = (message: Message) => Meaning | { readonly misfit: string };

/** Routes by message type. Of several for one type the first whose payload fits is taken. */
export type Routes = Readonly<Record<string, Route | readonly Route[]>>;

/** Which saga a message is for, where that isn't the one of its correlation id. */
export interface RouteOptions<Payload> {
  readonly to?: (payload: Payload, message: Message) => string;
}

/** What {@link answers} takes beside the payload's schema. */
export interface AnswersOptions<Payload> extends RouteOptions<Payload> {
  /** Which of the saga's steps of that name, where several may wait at once: its id in the machine. */
  readonly id?: (payload: Payload) => string;
}

/**
 * The message is the answer of a step. A message with an idempotency key answers that very visit; one without it
 * answers the one step of this name that waits in the saga.
 *
 * @param payload - a schema; what doesn't fit it is a poison message
 */
export function answers<S extends AnyStep, Payload>(
  step: S,
  payload: z.ZodType<Payload>,
  read: (payload: Payload, message: Message) => AnswerTo<S>,
  options: AnswersOptions<Payload> = {},
): Route {
  return routeOf(payload, options, (given, message, sagaId) => {
    const id = options.id?.(given);
    const answer = read(given, message);
    return { kind: 'answer', sagaId, step: step.contract.name, answer, ...(id !== undefined && { id }) };
  });
}

/**
 * The message is a public event of a saga. It is taken once, by the message's id.
 *
 * @param payload - a schema; what doesn't fit it is a poison message
 */
export function sends<Payload>(
  payload: z.ZodType<Payload>,
  read: (payload: Payload, message: Message) => RoutedEvent,
  options: RouteOptions<Payload> = {},
): Route {
  return routeOf(payload, options, (given, message, sagaId) => ({
    kind: 'event',
    sagaId,
    event: read(given, message),
  }));
}

/**
 * The message begins a saga, whose id is the message's correlation id. A copy of it finds the saga begun.
 *
 * @param payload - a schema; what doesn't fit it is a poison message
 */
export function starts<S extends AnySaga, Payload>(
  saga: S,
  payload: z.ZodType<Payload>,
  read: (payload: Payload, message: Message) => SagaInput<S>,
  options: RouteOptions<Payload> = {},
): Route {
  return routeOf(payload, options, (given, message, sagaId) => ({
    kind: 'start',
    sagaId,
    saga,
    input: read(given, message),
  }));
}

function routeOf<Payload>(
  payload: z.ZodType<Payload>,
  { to }: RouteOptions<Payload>,
  mean: (given: Payload, message: Message, sagaId: string) => Meaning,
): Route {
  return (message) => {
    const parsed = payload.safeParse(message.payload);
    if (!parsed.success) return { misfit: describe(parsed.error) };
    return mean(parsed.data, message, to?.(parsed.data, message) ?? message.correlationId);
  };
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`).join('; ');
}
