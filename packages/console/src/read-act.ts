import type { Act } from '@countermand/runner-postgres';
import type { AnySaga } from '@countermand/saga-core';
import { z } from 'zod';
import { ConsoleError } from './console-error.js';
import { handEvents } from './hand-events.js';
import type { WireAct } from './wire.js';

const key = z.string().min(1).max(300);
const wireAct = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('retry'), key: key.optional() }),
  z.strictObject({ type: z.literal('skip'), key }),
  z.strictObject({ type: z.literal('park') }),
  z.strictObject({
    type: z.literal('send'),
    event: z.string().min(1).max(200),
    payload: z.record(z.string(), z.json()).optional(),
  }),
  z.strictObject({
    type: z.literal('override'),
    to: z.string().min(1).max(200),
    force: z.boolean().optional(),
  }),
]);
const reasonText = z.string().trim().min(1).max(500);

/** What a person wants to do, checked. @throws ConsoleError */
export function readAct(body: Readonly<Record<string, unknown>>): WireAct {
  const parsed = wireAct.safeParse(body['act']);
  if (parsed.success) return parsed.data as WireAct;
  throw new ConsoleError(400, 'ACT_INVALID', `act: ${parsed.error.issues[0]?.message ?? 'unknown'}`);
}

/** Why they do it; nothing is done without. @throws ConsoleError */
export function readReason(body: Readonly<Record<string, unknown>>): string {
  const parsed = reasonText.safeParse(body['reason']);
  if (parsed.success) return parsed.data;
  throw new ConsoleError(400, 'REASON_MISSING', 'Give a reason of 1 to 500 characters.');
}

/** The act as the runner knows it; the reason goes into the event where that has room for it. @throws ConsoleError */
export function toAct(saga: AnySaga, act: WireAct, reason: string): Act {
  if (act.type !== 'send') return act;
  const declared = handEvents(saga).find(({ type }) => type === act.event);
  if (!declared) {
    throw new ConsoleError(400, 'EVENT_NOT_BY_HAND', `'${act.event}' is not declared for people (byHand).`);
  }
  const said = declared.takesReason && reason !== '' ? { reason } : {};
  return { type: 'send', event: { ...act.payload, ...said, type: act.event } };
}
