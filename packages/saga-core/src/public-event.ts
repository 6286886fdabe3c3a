import type { z } from 'zod';
import type { JsonObject } from './json.js';
import type { AnyStep, InputOf, Money } from './step.js';

/** What an event from outside opens in the world: the news that money was captured, say. */
export interface EventOpens<Payload, Undo extends AnyStep> {
  readonly kind: string;
  /** Which one; `undefined` where this event opens none after all. */
  readonly instance: (event: Payload, context: unknown) => string | undefined;
  readonly undo: Undo;
  /** Makes the undo's input from the event and the context at the time of the undo. Pure. */
  readonly undoInput: (event: Payload, context: unknown) => InputOf<Undo>;
  readonly amount?: (event: Payload) => Money | undefined;
}

/** What an event from outside closes in the world. */
export interface EventCloses<Payload> {
  readonly kind: string;
  readonly instance: (event: Payload, context: unknown) => string | undefined;
}

/** A public event: one that may be sent from outside. */
export interface PublicEvent<Payload = unknown> {
  /** Of the payload, which is the event without its `type`. */
  readonly schema: z.ZodType<Payload>;
  /**
   * Where no transition takes it, keep it this long (milliseconds) and offer it again after every transition. Time in
   * which the saga is parked doesn't count. When it is over the machine doesn't hear of it; the ledger does.
   */
  readonly defer?: { readonly ttlMs: number };
  readonly opens?: ErasedEventOpens;
  readonly closes?: readonly EventCloses<JsonObject>[];
  /** People may send it from a console, with a reason. */
  readonly byHand?: true;
}

/** {@link EventOpens} with its types erased. */
export interface ErasedEventOpens {
  readonly kind: string;
  readonly instance: (event: JsonObject, context: unknown) => string | undefined;
  readonly undo: string;
  readonly undoInput: (event: JsonObject, context: unknown) => unknown;
  readonly amount: ((event: JsonObject) => Money | undefined) | undefined;
}

/** What {@link publicEvent} takes. */
export interface PublicEventOptions<Payload, Undo extends AnyStep> {
  readonly schema: z.ZodType<Payload>;
  readonly defer?: { readonly ttlMs: number };
  /**
   * Applied when a transition takes the event, or when it was kept and its time is over. News that the ledger knows
   * already opens nothing again.
   */
  readonly opens?: EventOpens<Payload, Undo>;
  readonly closes?: EventCloses<Payload> | readonly EventCloses<Payload>[];
  /** People may send it from a console, with a reason: a cancellation, say. Left out: only programs send it. */
  readonly byHand?: true;
}

/** Declares a public event: its payload's schema, whether it may wait, what it opens and closes in the world. */
export function publicEvent<Payload, Undo extends AnyStep = never>(
  options: PublicEventOptions<Payload, Undo>,
): PublicEvent<Payload> {
  const { opens } = options;
  return {
    schema: options.schema,
    ...(options.defer && { defer: options.defer }),
    ...(options.byHand && { byHand: options.byHand }),
    // The erased functions only ever get payloads which this event's own schema has parsed.
    ...(opens && {
      opens: {
        kind: opens.kind,
        instance: opens.instance as ErasedEventOpens['instance'],
        undo: opens.undo.contract.name,
        undoInput: opens.undoInput as ErasedEventOpens['undoInput'],
        amount: opens.amount as ErasedEventOpens['amount'],
      },
    }),
    closes: [options.closes ?? []].flat() as unknown as readonly EventCloses<JsonObject>[],
  };
}
