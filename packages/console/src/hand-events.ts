import type { AnySaga, JsonObject } from '@countermand/saga-core';
import { z } from 'zod';
import type { HandEvent } from './wire.js';

/** The events that a saga declares for people. */
export function handEvents(saga: AnySaga): HandEvent[] {
  return Object.entries(saga.events)
    .filter(([type, { byHand }]) => byHand === true && type !== saga.override)
    .map(([type, { schema }]) => describeEvent(type, schema));
}

function describeEvent(type: string, schema: z.ZodType): HandEvent {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonObject;
  const properties = { ...(whole['properties'] as JsonObject | undefined) };
  const takesReason = typeof properties['reason'] === 'object';
  const rest = Object.fromEntries(Object.entries(properties).filter(([name]) => name !== 'reason'));
  const required = Array.isArray(whole['required']) ? whole['required'] : [];
  return {
    type,
    takesReason,
    schema: { type: 'object', properties: rest, required: required.filter((name) => name !== 'reason') },
  };
}
