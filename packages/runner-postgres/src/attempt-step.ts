import {
  type ErasedAdapter,
  idempotencyKey,
  isDeclined,
  isLater,
  plainOutcome,
  readProbeAnswer,
  retryDelayMs,
  type StepContract,
  type StepOutcome,
} from '@countermand/saga-core';
import { errorText } from './error-text.js';
import type { Interruption } from './interruption.js';
import type { Chance } from './ports/chance.js';
import type { Clock } from './ports/clock.js';
import type { LeasedRow } from './ports/outbox-rows.js';
import { traceOf } from './traceparent.js';
import { withinTime } from './within-time.js';

/** How an attempt ended: with an answer, or to be repeated. */
export type Ending =
  | { readonly kind: 'answer'; readonly outcome: StepOutcome }
  | { readonly kind: 'retry'; readonly error: string; readonly delayMs: number };

/** What an attempt is carried out with. */
export interface Attempt {
  readonly row: LeasedRow;
  readonly contract: StepContract;
  readonly adapter: ErasedAdapter;
  /** When the lease is lost or the worker stops. */
  readonly interruption: Interruption;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Process time when the lease was asked for; with it, the time that is left to the deadline. */
  readonly takenAt: number;
}

/**
 * Carries out one attempt of a step, or what is left to do where none may be begun any more: past the deadline, or
 * when the attempts are used up, the participant is only asked by the probe what became of the earlier ones.
 */
export async function attemptStep(attempt: Attempt): Promise<Ending> {
  const { row, contract } = attempt;
  if (row.role === 'probe') return await attemptProbe(attempt);
  if (remainingMs(attempt) <= 0 || row.attempt > contract.retry.attempts) {
    return await lastLook(attempt, row.lastError ?? 'the deadline has passed');
  }
  try {
    if ((row.attempt > 1 || row.wasBegun) && !contract.idempotent && attempt.adapter.probe) {
      const found = await askProbe(attempt);
      if (found.kind === 'landed') return answer({ kind: 'done', output: found.output });
      if (found.kind === 'cannotSay')
        throw new Error('the probe cannot say whether the attempt before took effect');
    }
    return endingOf(await runAdapter(attempt));
  } catch (error) {
    return await failed(attempt, errorText(error));
  }
}

function runAdapter(attempt: Attempt): Promise<unknown> {
  const { row, contract, adapter, interruption, clock } = attempt;
  const longestMs = remainingMs(attempt);
  const limitMs = Math.min(contract.timeoutMs, longestMs);
  return withinTime<unknown>({ interruption, clock, limitMs, longestMs }, (limits) =>
    adapter.run({
      input: row.input,
      idempotencyKey: keyOf(row),
      attempt: row.attempt,
      timeoutMs: limitMs,
      get signal() {
        return limits.signal;
      },
      sagaId: row.sagaId,
      heartbeat: limits.heartbeat,
      trace: traceOf(row),
    }),
  );
}

function endingOf(returned: unknown): Ending {
  if (isLater(returned)) return answer({ kind: 'awaiting' });
  if (!isDeclined(returned)) return answer({ kind: 'done', output: returned });
  const { code, details } = returned;
  return answer({ kind: 'declined', code, ...(details !== undefined && { details: details }) });
}

async function failed(attempt: Attempt, error: string): Promise<Ending> {
  const { row, contract, chance } = attempt;
  const delayMs = retryDelayMs(contract.retry, row.attempt, chance.random());
  const mayRepeat = row.attempt < contract.retry.attempts && delayMs < remainingMs(attempt);
  return mayRepeat ? { kind: 'retry', error, delayMs } : await lastLook(attempt, error);
}

async function lastLook(attempt: Attempt, error: string): Promise<Ending> {
  const { row, contract, adapter } = attempt;
  const unknown = answer({ kind: 'unknown', message: error });
  // What was never begun can't have landed.
  const isBegun = row.attempt > 0 || row.lastError !== null || row.wasBegun;
  if (!contract.probe || !adapter.probe || !isBegun) return unknown;
  const found = await askProbe(attempt);
  return found.kind === 'landed' ? answer({ kind: 'done', output: found.output }) : unknown;
}

/** A row that only asks: the saga wants to know before it undoes something uncertain. */
async function attemptProbe(attempt: Attempt): Promise<Ending> {
  const { row, contract, chance } = attempt;
  const found = await askProbe(attempt);
  if (found.kind === 'landed')
    return answer({ kind: 'done', output: { landed: true, output: found.output } });
  if (found.kind === 'notLanded') return answer({ kind: 'done', output: { landed: false } });
  const delayMs = retryDelayMs(contract.retry, row.attempt, chance.random());
  const mayRepeat = row.attempt < contract.retry.attempts && delayMs < remainingMs(attempt);
  if (mayRepeat) return { kind: 'retry', error: found.error, delayMs };
  return answer({ kind: 'unknown', message: found.error });
}

type Found =
  | { readonly kind: 'landed'; readonly output: unknown }
  | { readonly kind: 'notLanded' }
  | { readonly kind: 'cannotSay'; readonly error: string };

async function askProbe(attempt: Attempt): Promise<Found> {
  const { row, contract, adapter } = attempt;
  const { probe } = adapter;
  if (!probe) return { kind: 'cannotSay', error: 'the adapter has no probe' };
  try {
    const { interruption, clock } = attempt;
    const { timeoutMs } = contract;
    const returned = await withinTime<unknown>({ interruption, clock, limitMs: timeoutMs }, (limits) =>
      probe({
        input: row.input,
        idempotencyKey: keyOf(row),
        timeoutMs,
        get signal() {
          return limits.signal;
        },
        sagaId: row.sagaId,
        trace: traceOf(row),
      }),
    );
    const found = readProbeAnswer(returned);
    if (found?.kind === 'landed' || found?.kind === 'notLanded') return found as Found;
    return { kind: 'cannotSay', error: found ? 'the probe cannot say' : 'the probe gave no probe answer' };
  } catch (error) {
    return { kind: 'cannotSay', error: `the probe failed: ${errorText(error)}` };
  }
}

function remainingMs({ row, clock, takenAt }: Attempt): number {
  if (row.deadlineAt === null) return Number.POSITIVE_INFINITY;
  return row.deadlineAt - row.leasedAt - (clock.now() - takenAt);
}

function keyOf(row: LeasedRow): string {
  return row.idempotencyKey ?? idempotencyKey(row.sagaId, row.key);
}

/** What is stored is what the machine sees, so that the history replays. */
function answer(outcome: StepOutcome): Ending {
  return new Answered(plainOutcome(outcome));
}

class Answered {
  readonly kind = 'answer';

  constructor(readonly outcome: StepOutcome) {}
}
