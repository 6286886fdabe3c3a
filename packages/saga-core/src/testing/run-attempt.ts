import type { ErasedAdapter } from '../adapter.js';
import { isDeclined, isLater, readProbeAnswer } from '../answer.js';
import type { StepOutcome } from '../cause.js';
import { messageOf } from '../saga-error.js';
import type { StepContract } from '../step.js';
import type { StepRow } from './stored-saga.js';

/** How an attempt ended: with an outcome, or with a failure that may be retried. */
export type AttemptEnd = StepOutcome | { readonly kind: 'failed'; readonly message: string };

/** What an attempt needs beside the row. */
export interface AttemptTools {
  readonly adapter: ErasedAdapter;
  readonly contract: StepContract;
  /** It has been attempted before. */
  readonly wasBegun: boolean;
  readonly signal: AbortSignal;
  readonly heartbeat: () => void;
  /** Told before each call of the user's code. */
  readonly note: (kind: 'run' | 'probe') => void;
}

/** Calls the adapter once; before a retry that could double its effect, the probe first. Never throws. */
export async function runAttempt(row: StepRow, tools: AttemptTools): Promise<AttemptEnd> {
  if (row.role === 'probe') return await runProbeStep(row, tools);
  if (tools.wasBegun && tools.contract.probe && !tools.contract.idempotent) {
    const found = await askProbe(row, tools);
    if (found.kind === 'landed') return { kind: 'done', output: found.output };
    if (found.kind === 'cannotSay') return { kind: 'failed', message: 'the probe cannot say' };
  }
  return await callAdapter(row, tools);
}

/** Asks the participant what became of a step that has no attempts or no time left. Never throws. */
export async function runLastProbe(row: StepRow, message: string, tools: AttemptTools): Promise<StepOutcome> {
  const unknown: StepOutcome = { kind: 'unknown', message };
  if (!tools.contract.probe || row.role === 'probe' || !tools.wasBegun) return unknown;
  const found = await askProbe(row, tools);
  return found.kind === 'landed' ? { kind: 'done', output: found.output } : unknown;
}

async function callAdapter(row: StepRow, tools: AttemptTools): Promise<AttemptEnd> {
  tools.note('run');
  const { input, idempotencyKey, sagaId } = row;
  const { signal, heartbeat } = tools;
  const { timeoutMs } = tools.contract;
  try {
    const answer = await tools.adapter.run({
      ...{ input, idempotencyKey, attempt: row.attempts, timeoutMs, signal, sagaId, heartbeat },
      trace: traceOf(row),
    });
    if (isDeclined(answer)) return { kind: 'declined', code: answer.code, details: answer.details };
    return isLater(answer) ? { kind: 'awaiting' } : { kind: 'done', output: answer };
  } catch (thrown) {
    return { kind: 'failed', message: messageOf(thrown) };
  }
}

async function runProbeStep(row: StepRow, tools: AttemptTools): Promise<AttemptEnd> {
  const found = await askProbe(row, tools);
  if (found.kind === 'landed') return { kind: 'done', output: { landed: true, output: found.output } };
  if (found.kind === 'notLanded') return { kind: 'done', output: { landed: false } };
  return { kind: 'failed', message: 'the probe cannot say' };
}

async function askProbe(
  row: StepRow,
  tools: AttemptTools,
): Promise<{ kind: 'landed'; output: unknown } | { kind: 'notLanded' | 'cannotSay' }> {
  const { input, idempotencyKey, sagaId } = row;
  tools.note('probe');
  try {
    const { timeoutMs } = tools.contract;
    const call = { input, idempotencyKey, timeoutMs, signal: tools.signal, sagaId, trace: traceOf(row) };
    const said = await tools.adapter.probe?.(call);
    return readProbeAnswer(said) ?? { kind: 'cannotSay' };
  } catch {
    return { kind: 'cannotSay' };
  }
}

function traceOf({ traceparent }: StepRow): { readonly traceparent?: string } {
  return traceparent === undefined ? {} : { traceparent };
}
