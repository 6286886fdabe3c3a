import { setup } from 'xstate';
import { z } from 'zod';
import { compensate } from '../compensate.js';
import { defineSaga } from '../define-saga.js';
import { type PublicEvent, publicEvent } from '../public-event.js';
import type { AnySaga } from '../saga-definition.js';
import type { SagaMigration } from '../saga-migration.js';
import * as steps from '../testing/conformance/booking-steps.js';

/** What {@link sagaOf} takes beside the machine. */
export interface SagaOfOptions {
  /** Public events without a payload. */
  readonly events?: readonly string[];
  /** Public events with one. */
  readonly declared?: Readonly<Record<string, PublicEvent>>;
  readonly override?: string;
  readonly name?: string;
  readonly version?: number;
  readonly actors?: object;
  readonly actions?: object;
  readonly guards?: object;
  readonly delays?: object;
  /** From the version before. */
  readonly migrate?: Readonly<Record<number, SagaMigration>>;
}

/** A public event without a payload. */
export const plainEvent: PublicEvent = publicEvent({ schema: z.object({}) });

/** A state in which everything is undone. */
export const undoing = {
  initial: 'undoing',
  states: { undoing: { invoke: { src: 'compensate', onDone: 'done' } }, done: { tags: ['rest'] } },
} as const;

/** A saga with the steps of the suite's bookings and a machine for one test; types are left out to keep it short. */
export function sagaOf(config: object, options: SagaOfOptions = {}): AnySaga {
  const { actors = {}, actions = {}, guards = {}, delays = { TTL: 1_000 } } = options;
  const define = setup({
    types: { context: {} as Record<string, unknown>, events: {} as { type: string } },
    actors: { ...steps, compensate, ...actors },
    actions: actions as Record<string, never>,
    guards: guards as Record<string, never>,
    delays: delays as Record<string, number>,
  });
  const machine = define.createMachine(config as Parameters<typeof define.createMachine>[0]);
  const events: Record<string, PublicEvent> = { ...options.declared };
  for (const type of options.events ?? []) events[type] = plainEvent;
  const { name = 'sample', version = 1 } = options;
  // The helper's machine has events of any name, so the compiler can't tell which of them are declared.
  const defineAny = defineSaga as unknown as (options: object) => AnySaga;
  return defineAny({
    name,
    version,
    machine,
    events,
    ...(options.override && { override: options.override }),
    ...(options.migrate && { migrate: options.migrate }),
  });
}
