import type { Cause } from '../cause.js';
import type { Envelope, StepRun } from '../envelope.js';
import type { Json } from '../json.js';
import { overrideCause } from '../override-cause.js';
import type { AnySaga } from '../saga-definition.js';
import { rowKey } from '../saga-id.js';

/** What a happening is made from: the saga as it stands, and the number of the message, should it be one. */
export interface Standing {
  readonly saga: AnySaga;
  readonly envelope: Envelope;
  readonly messageId: string;
  readonly at: number;
}

/** One thing that happens to a saga: makes the cause, and says when. */
export type Happening = (standing: Standing) => { readonly cause: Cause; readonly at: number };

/** An event as it is sent. */
export interface SentEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A step of that name, or invoke id, is done. `attempts` were begun. */
export function stepDone(step: string, output?: unknown, attempts = 1): Happening {
  return answer(step, { kind: 'done', output }, attempts);
}

/** A step is declined. With more than one attempt an earlier answer had been lost. */
export function stepDeclined(step: string, code: string, details?: Json, attempts = 1): Happening {
  return answer(step, { kind: 'declined', code, ...(details !== undefined && { details }) }, attempts);
}

/** A step's attempts or time ran out: nobody knows. With 0 attempts it never ran. */
export function stepUnknown(step: string, attempts = 1): Happening {
  return answer(step, { kind: 'unknown', message: 'no answer' }, attempts);
}

/** A step's adapter said `later()`. */
export function stepAwaits(step: string): Happening {
  return answer(step, { kind: 'awaiting' }, 1);
}

/** The probe before an undo found that the step had landed, with its output. */
export function probeFinds(step: string, output: unknown): Happening {
  return answer(step, { kind: 'done', output: { landed: true, output } }, 1, 'probe');
}

/** The probe before an undo found nothing. */
export function probeFindsNothing(step: string): Happening {
  return answer(step, { kind: 'done', output: { landed: false } }, 1, 'probe');
}

/** A timer of that delay, or with that id, is due; time moves on to its due time. */
export function timerFires(delay: string): Happening {
  return ({ envelope, at }) => {
    const armed = envelope.timers.find(({ id }) => id === delay || delayOf(id) === delay);
    if (!armed)
      throw new Error(`no timer '${delay}' is armed; armed are ${list(envelope.timers.map(({ id }) => id))}`);
    return { cause: { type: 'timer', id: armed.id, visit: armed.visit }, at: Math.max(at, armed.dueAt) };
  };
}

/** An event is sent. `messageId` matters to runners alone; two with the same are two here. */
export function eventComes(event: SentEvent, actor = 'customer'): Happening {
  return ({ messageId, at }) => ({
    cause: {
      type: 'event',
      messageId,
      event: event as SentEvent & { [key: string]: Json },
      actor,
      accepted: false,
    },
    at,
  });
}

/** An administrator moves the saga. */
export function overridden(
  to: string,
  options: { readonly reason?: string; readonly force?: boolean } = {},
): Happening {
  const { reason = 'by hand', force = false } = options;
  return ({ saga, messageId, at }) => ({
    cause: overrideCause(saga, { to, reason, force, actor: 'admin' }, messageId),
    at,
  });
}

/** An administrator resumes what is parked: all of it, or one row. */
export function retried(key?: string): Happening {
  return ({ at }) => ({ cause: { type: 'retry', actor: 'admin', ...(key !== undefined && { key }) }, at });
}

/** An administrator gives a parked row up. */
export function skipped(key: string, reason = 'by hand'): Happening {
  return ({ at }) => ({ cause: { type: 'skip', key, reason, actor: 'admin' }, at });
}

/** An administrator stops the saga. */
export function parkedByHand(reason = 'by hand'): Happening {
  return ({ at }) => ({ cause: { type: 'park', reason, actor: 'admin' }, at });
}

/** The same happening, so much later. */
export function delayed(ms: number, happening: Happening | SentEvent): Happening {
  const inner = toHappening(happening);
  return (standing) => inner({ ...standing, at: standing.at + ms });
}

/** An event stands for its coming. */
export function toHappening(happening: Happening | SentEvent): Happening {
  return typeof happening === 'function' ? happening : eventComes(happening);
}

/** `TTL` of `xstate.after.TTL.order.RESERVED`; other timers have their own id. */
export function delayOf(timerId: string): string {
  return /^xstate\.after\.([^.]+)\./.exec(timerId)?.[1] ?? timerId;
}

function answer(
  step: string,
  outcome: Extract<Cause, { type: 'answer' }>['outcome'],
  attempts: number,
  role?: StepRun['role'],
): Happening {
  return ({ envelope, at }) => {
    const { id, visit } = runOf(envelope, step, role);
    return { cause: { type: 'answer', id, visit, outcome, attempts }, at };
  };
}

/** By its key, its id or its step's name; the newest that the machine waits for, else the newest. */
function runOf(envelope: Envelope, step: string, role: StepRun['role'] | undefined): StepRun {
  const candidates = envelope.runs.filter(
    (run) =>
      !run.answered && (role === undefined ? run.role !== 'probe' || run.id === step : run.role === role),
  );
  const byId = candidates.filter((run) => [run.id, rowKey(run.id, run.visit)].includes(step));
  const named = byId.length > 0 ? byId : candidates.filter((run) => run.step === step);
  const run = named.filter(({ left }) => !left).at(-1) ?? named.at(-1);
  if (run) return run;
  const inFlight = envelope.runs.map((one) => rowKey(one.id, one.visit));
  throw new Error(`no step '${step}' is in flight; in flight are ${list(inFlight)}`);
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
