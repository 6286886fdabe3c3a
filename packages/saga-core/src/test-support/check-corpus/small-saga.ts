import { setup } from 'xstate';
import { z } from 'zod';
import { compensate } from '../../compensate.js';
import { defineSaga } from '../../define-saga.js';
import type { PublicEvent } from '../../public-event.js';
import { publicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import { type AnyStep, step } from '../../step.js';

/** What a {@link deed} does to the world; each kind is there once, so that instances need no names. */
export interface Deed {
  readonly opens?: string;
  readonly undo?: AnyStep;
  readonly closes?: string;
  readonly declines?: readonly string[];
  readonly pivot?: boolean;
  readonly probe?: boolean;
  readonly idempotent?: boolean;
  /** By what the participant knows a repeat of what it opens; by the key where it is left out. */
  readonly idempotentBy?: 'instance';
  readonly attempts?: number;
  /** The undo's input needs the output. */
  readonly undoNeedsOutput?: boolean;
}

const one = () => 'x';

/** A step without input and output. */
export function deed(name: string, what: Deed = {}): AnyStep {
  const { opens, undo, closes, declines, pivot, probe, idempotent, idempotentBy } = what;
  const { attempts, undoNeedsOutput } = what;
  const undoInput = ({ output }: { output?: unknown }) =>
    undoNeedsOutput ? { reference: (output as { reference: string }).reference } : {};
  const options = {
    input: z.object({ reference: z.string().optional() }),
    output: z.object({}),
    ...(opens !== undefined && {
      opens: { kind: opens, instance: one, idempotentBy, ...(undo && { undo, undoInput }) },
    }),
    ...(closes !== undefined && { closes: { kind: closes, instance: one } }),
    ...(declines && { declines }),
    ...(pivot && { pivot }),
    ...(probe && { probe }),
    ...(idempotent !== undefined && { idempotent }),
    ...(attempts !== undefined && { retry: { attempts } }),
  };
  // The options are put together at run time, so the compiler can't follow their types.
  return (step as unknown as (name: string, options: object) => AnyStep)(name, options);
}

/** What {@link smallSaga} takes. */
export interface Small {
  readonly steps: readonly AnyStep[];
  /** Public events without a payload; `{}` for the defaults. */
  readonly events?: Readonly<Record<string, Partial<PublicEvent>>>;
  readonly machine: object;
  readonly guards?: object;
  readonly delays?: object;
  readonly actions?: object;
  /** Of what starts it; nothing is needed by default. */
  readonly input?: z.ZodType;
}

/** A saga of the corpus. Types are left out to keep the machines short. */
export function smallSaga(
  name: string,
  { steps, events = {}, machine, guards, delays, actions, input }: Small,
): AnySaga {
  const named = Object.fromEntries(steps.map((one) => [one.contract.name, one]));
  const define = setup({
    types: { context: {} as Record<string, unknown>, events: {} as { type: string } },
    actors: { ...named, compensate } as Record<string, typeof compensate>,
    guards: (guards ?? {}) as Record<string, never>,
    actions: (actions ?? {}) as Record<string, never>,
    delays: { SOON: 1_000, LATER: 60_000, ...delays },
  });
  const definition = {
    name,
    version: 1,
    machine: define.createMachine(machine as Parameters<typeof define.createMachine>[0]),
    ...(input && { input }),
    events: Object.fromEntries(
      Object.entries(events).map(([type, more]) => [
        type,
        { ...publicEvent({ schema: z.object({}) }), ...more },
      ]),
    ),
  };
  return (defineSaga as unknown as (options: object) => AnySaga)(definition);
}

/** Tells that `kind` is open in the world, and that `undo` undoes it. */
export function newsOf(kind: string, undo: AnyStep): Partial<PublicEvent> {
  return publicEvent({
    schema: z.object({}),
    opens: { kind, instance: one, undo, undoInput: () => ({}) as never },
  });
}

/** Kept for a minute where no state takes it. */
export const kept: Partial<PublicEvent> = { defer: { ttlMs: 60_000 } };

/** A state that undoes everything. */
export const undoing = {
  initial: 'undoing',
  states: { undoing: { invoke: { src: 'compensate', onDone: 'done' } }, done: { tags: ['rest'] } },
} as const;

/** An invoke of a step, whose failure leads to `failed`. */
export function invoke(
  src: string,
  onDone: string | object,
  onError: string | object | undefined = '#failed',
) {
  return { invoke: { id: src, src, input: () => ({}), onDone, ...(onError !== undefined && { onError }) } };
}

/** The end of a machine's failures, with the id that {@link invoke} leads to. */
export const failed = { id: 'failed', ...undoing } as const;
