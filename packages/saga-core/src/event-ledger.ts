import type { Draft } from './draft.js';
import type { JsonObject } from './json.js';
import { close, obligationId, openByEvent } from './ledger.js';

/**
 * Enters what a public event opens and closes in the world. Called just before a transition takes it, and when none has
 * taken it in its time.
 */
export function eventLedger(draft: Draft, event: JsonObject & { readonly type: string }): void {
  const declared = draft.definition.events[event.type];
  const { context } = draft.live;
  for (const { kind, instance } of declared?.closes ?? []) {
    const which = instance(event, context);
    if (which !== undefined)
      draft.obligations = close(draft.obligations, obligationId({ kind, instance: which }), 'event');
  }
  const opens = declared?.opens;
  const which = opens?.instance(event, context);
  if (!opens || which === undefined) return;
  draft.started += 1;
  const amount = opens.amount?.(event);
  draft.obligations = openByEvent(
    draft.obligations,
    { kind: opens.kind, instance: which, undo: opens.undo, ...(amount && { amount }) },
    { event: event.type, payload: event },
    draft.started,
  );
}
