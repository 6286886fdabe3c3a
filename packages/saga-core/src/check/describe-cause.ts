import type { Cause } from '../cause.js';
import type { Envelope } from '../envelope.js';
import type { Json } from '../json.js';
import { rowKey } from '../saga-id.js';

/** A cause in the words of a trace. */
export function describeCause(envelope: Envelope, cause: Cause): string {
  switch (cause.type) {
    case 'event':
      return `event ${describeEvent(cause.event)}`;
    case 'timer':
      return `timer ${timerName(cause.id)} fires`;
    case 'answer':
      return describeAnswer(envelope, cause);
    default:
      return cause.type;
  }
}

/** `{"a":{"b":"c"}}` as people write it: `a.b.c`; parallel regions stand side by side. */
export function describeState(value: Json): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([key, inner]) => {
    const below = describeState(inner as Json);
    return below === '' ? key : `${key}.${below}`;
  });
  return parts.length > 1 ? `(${parts.join(' | ')})` : (parts[0] ?? '');
}

/** `xstate.after.TTL.order.RESERVED` as people call it: `TTL`. */
export function timerName(id: string): string {
  const [, name] = /^xstate\.after\.([^.]+)\./.exec(id) ?? [];
  return name ?? id;
}

function describeEvent({ type, ...payload }: { readonly type: string }): string {
  return Object.keys(payload).length === 0 ? type : `${type} ${JSON.stringify(payload)}`;
}

function describeAnswer(envelope: Envelope, cause: Cause & { readonly type: 'answer' }): string {
  const run = envelope.runs.find((one) => rowKey(one.id, one.visit) === rowKey(cause.id, cause.visit));
  const step = run?.step ?? cause.id;
  // XState's own ids tell nothing that the state doesn't.
  const ownId = run?.role === 'invoke' && run.id !== step && !/^\d+\./.test(run.id);
  const named = ownId ? `${step} (${run.id})` : step;
  const late = run?.left ? ', which was left' : '';
  const { outcome, attempts } = cause;
  if (run?.role === 'probe') {
    const { landed } = (outcome as { output: { landed: boolean } }).output;
    return `probe of ${step} for ${run.target}: ${landed ? 'it had taken effect' : 'it had not taken effect'}`;
  }
  if (run?.role === 'undo')
    return `undo of ${run.target} by ${step}: done${outcome.kind === 'done' ? outputOf(outcome) : ''}`;
  switch (outcome.kind) {
    case 'done':
      return `step ${named}${late}: done${outputOf(outcome)}`;
    case 'declined':
      return `step ${named}${late}: declined with ${outcome.code}${detailsOf(outcome)}${attempts > 1 ? ', after an attempt whose answer was lost' : ''}`;
    case 'unknown':
      return `step ${named}${late}: ${attempts > 0 ? 'no answer, nobody knows whether it took effect' : 'given up before it began'}`;
    case 'awaiting':
      return `step ${named}${late}: will answer later`;
  }
}

function detailsOf({ details }: { readonly details?: unknown }): string {
  return details === undefined ? '' : ` ${JSON.stringify(details)}`;
}

function outputOf(outcome: { readonly output?: unknown }): string {
  const { output } = outcome;
  const empty = typeof output !== 'object' || output === null || Object.keys(output).length === 0;
  return empty ? '' : ` ${JSON.stringify(output)}`;
}
