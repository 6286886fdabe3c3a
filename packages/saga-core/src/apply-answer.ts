import { noteUndone } from './advance-compensation.js';
import type { Applied } from './apply-event.js';
import type { AnswerCause, StepOutcome } from './cause.js';
import { type DeliveryEntry, deliver } from './deliver.js';
import { describeIssues } from './describe-issues.js';
import { addEffect, type Draft, findRun, record, removeRun, storedCause, updateRun } from './draft.js';
import type { StepRun } from './envelope.js';
import { assertJson, type Json } from './json.js';
import {
  close,
  closeBy,
  findObligation,
  markProbed,
  openAgain,
  openFound,
  StepSource,
  settleDeclined,
  settleDone,
  settleProbe,
  settleUnknown,
} from './ledger.js';
import { park } from './park.js';
import { passPivot, takePivotBack, withoutPivot } from './pivot.js';
import { messageOf, SagaError, type SagaErrorCode } from './saga-error.js';
import { rowKey } from './saga-id.js';
import type { StepContract, StepFailure } from './step.js';
import { isInvoked } from './steps-in-flight.js';
import { doneEvent, errorEvent, selects } from './xstate-seam.js';

/** An answer that can't be taken as it is: the step stops until a person acts. */
interface Fault {
  readonly code: SagaErrorCode;
  readonly message: string;
  readonly raw: Json;
}

type Settled = Exclude<StepOutcome, { kind: 'awaiting' }>;

/**
 * Enters a step's answer in the ledger. This is the library's part: it holds even if the machine's own code throws
 * afterwards. Returns what is left to do for the machine, if anything.
 */
export function settleAnswer(draft: Draft, cause: AnswerCause): Applied | { readonly forMachine: StepRun } {
  const run = findRun(draft, cause.id, cause.visit);
  const contract = run && draft.definition.steps[run.step];
  if (!run || !contract || run.answered)
    return note(draft, cause, 'ignored', 'STEP_NOT_IN_FLIGHT', run?.step ?? cause.id);
  const { outcome } = cause;
  if (outcome.kind === 'awaiting') {
    updateRun(draft, run, { awaiting: true });
    return note(draft, cause, 'applied', undefined, run.step);
  }
  if (run.role === 'probe') return settleProbeAnswer(draft, cause, run, contract, outcome);
  const fault = faultOf(contract, outcome);
  if (run.role === 'undo') return settleUndo(draft, cause, run, contract, outcome, fault);
  if (run.role === 'action') return settleAction(draft, cause, run, contract, outcome, fault);
  if (fault && !run.left) return parkStep(draft, cause, run, fault);
  const known = fault ? unknownBecause(fault) : outcome;
  draft.obligations = settleLedger(draft, run, contract, known, cause.attempts);
  if (known.kind === 'declined' && cause.attempts <= 1 && !run.tried) takePivotBack(draft, run);
  else if (run.pivots) passPivot(draft);
  if (run.left) {
    removeRun(draft, run);
    return note(draft, cause, 'ignored', fault ? `STEP_LEFT: ${fault.message}` : 'STEP_LEFT', run.step);
  }
  return { forMachine: updateRun(draft, withoutPivot(run), { answered: true }) };
}

/** Gives the machine a step's answer that the ledger knows. Throws what the machine's own code throws. */
export function giveAnswer(draft: Draft, cause: AnswerCause, run: StepRun, resumed = false): Applied {
  const { outcome } = cause;
  if (outcome.kind === 'awaiting') return { outcome: 'applied' };
  const entry: DeliveryEntry = {
    event: `${run.step}.${outcome.kind}`,
    actor: 'system',
    ...(!resumed && { cause }),
  };
  const from = draft.live.value;
  const failure = outcome.kind === 'done' ? undefined : failureToTell(draft, run, outcome, cause.attempts);
  const event =
    outcome.kind === 'done'
      ? doneEvent(run.id, parsedOutput(draft, run, outcome.output))
      : errorEvent(run.id, failure);
  if (
    failure &&
    isInvoked(draft, run.id) &&
    selects(draft.definition.machine, draft.live, event) === 'none'
  ) {
    return parkUnhandled(draft, entry, run, failure);
  }
  removeRun(draft, run);
  const selection = deliver(draft, event, entry);
  if (selection === 'some') return { outcome: 'applied' };
  const reason = selection === 'inert' ? 'IGNORED_ON_PURPOSE' : 'NOT_HANDLED';
  record(draft, { ...entry, outcome: 'ignored', reason, from });
  return { outcome: 'ignored', reason };
}

/** Keeps an answer for a machine that is parked. */
export function keepAnswer(draft: Draft, cause: AnswerCause, run: StepRun): Applied {
  draft.kept = [...draft.kept, { cause: storedCause(cause), at: draft.at }];
  return note(draft, cause, 'deferred', 'PARKED', run.step);
}

function note(
  draft: Draft,
  cause: AnswerCause,
  outcome: 'applied' | 'ignored' | 'deferred',
  reason: string | undefined,
  step: string,
): Applied {
  const from = draft.live.value;
  record(draft, { event: `${step}.${cause.outcome.kind}`, actor: 'system', outcome, reason, from, cause });
  return reason === undefined ? { outcome } : { outcome, reason };
}

function settleLedger(
  draft: Draft,
  run: StepRun,
  contract: StepContract,
  outcome: Settled,
  attempts: number,
) {
  if (outcome.kind === 'done') {
    // A look of its own, for the books keep it; where the contract asks about nothing, nobody looks.
    const isAsked = contract.opens !== undefined || contract.closes.some(({ when }) => when !== undefined);
    const output = isAsked ? parse(contract, outcome.output) : undefined;
    return settleDone(draft.obligations, run, contract, output, draft.runs);
  }
  if (outcome.kind === 'declined')
    return settleDeclined(draft.obligations, run, contract, attempts, draft.runs);
  return settleUnknown(draft.obligations, run, contract, attempts, draft.runs);
}

function settleAction(
  draft: Draft,
  cause: AnswerCause,
  run: StepRun,
  contract: StepContract,
  outcome: Settled,
  fault?: Fault,
): Applied {
  const known = fault ? unknownBecause(fault) : outcome;
  draft.obligations = settleLedger(draft, run, contract, known, cause.attempts);
  if (known.kind === 'done') {
    removeRun(draft, run);
    return note(draft, cause, 'applied', undefined, run.step);
  }
  const { message } = failureOf(known);
  updateRun(draft, run, { parked: true, awaiting: false });
  addEffect(draft, { type: 'parkStep', key: rowKey(run.id, run.visit), error: message });
  return note(draft, cause, 'ignored', `STEP_PARKED: ${message}`, run.step);
}

function settleUndo(
  draft: Draft,
  cause: AnswerCause,
  run: StepRun,
  contract: StepContract,
  outcome: Settled,
  fault?: Fault,
): Applied {
  const target = run.target ?? '';
  if (outcome.kind !== 'done' || fault) {
    const message = fault?.message ?? (outcome.kind === 'done' ? '' : failureOf(outcome).message);
    return parkStep(draft, cause, run, { code: 'UNDO_FAILED', message, raw: fault?.raw ?? null });
  }
  const output = parse(contract, outcome.output);
  // News came while the undo was under way: it may have found nothing because it was faster than what it undoes.
  const isContested = run.unsure && findObligation(draft.obligations, target)?.certainty === 'open';
  draft.obligations = isContested
    ? openAgain(draft.obligations, target)
    : close(draft.obligations, target, 'undo');
  draft.obligations = closeBy(draft.obligations, run, contract, output, 'undo');
  const input = run.input ?? null;
  if (contract.opens && (contract.opens.when?.({ input, output }) ?? true)) {
    draft.started += 1;
    const { kind, instance, undo, amount } = contract.opens;
    const worth = amount?.({ input, output });
    draft.obligations = openFound(
      draft.obligations,
      { kind, instance: instance(input) },
      {
        startedAs: draft.started,
        source: new StepSource(contract.name, rowKey(run.id, run.visit), input, output as Json),
        ...(undo !== undefined && { undo }),
        ...(worth && { amount: worth }),
      },
    );
  }
  removeRun(draft, run);
  if (!isContested) noteUndone(draft, target);
  return note(draft, cause, 'applied', undefined, run.step);
}

function settleProbeAnswer(
  draft: Draft,
  cause: AnswerCause,
  run: StepRun,
  contract: StepContract,
  outcome: Settled,
): Applied {
  const target = run.target ?? '';
  const found =
    outcome.kind === 'done' ? (outcome.output as { landed?: unknown; output?: unknown } | null) : undefined;
  const parsed = found?.landed === true ? contract.output.safeParse(found.output) : undefined;
  draft.obligations = parsed?.success
    ? settleProbe(draft.obligations, target, draft.definition, parsed.data)
    : markProbed(draft.obligations, target);
  removeRun(draft, run);
  const said = parsed?.success ? 'landed' : found?.landed === false ? 'not landed' : 'cannot say';
  const from = draft.live.value;
  record(draft, {
    event: `${run.step}.probed`,
    actor: 'system',
    outcome: 'applied',
    reason: said,
    from,
    cause,
  });
  return { outcome: 'applied' };
}

/** The step's row stops, and the saga with it, until a person retries or skips. */
function parkStep(draft: Draft, cause: AnswerCause, run: StepRun, fault: Fault): Applied {
  const key = rowKey(run.id, run.visit);
  updateRun(draft, run, { parked: true, awaiting: false });
  addEffect(draft, { type: 'parkStep', key, error: fault.message });
  park(draft, { ...fault, message: `step '${run.step}': ${fault.message}`, key });
  return note(draft, cause, 'deferred', `PARKED: ${fault.message}`, run.step);
}

function parkUnhandled(draft: Draft, entry: DeliveryEntry, run: StepRun, failure: StepFailure): Applied {
  const key = rowKey(run.id, run.visit);
  const message = `step '${run.step}' failed (${failure.code}: ${failure.message}), and the state has no onError for it`;
  const reason = `PARKED: ${message}`;
  updateRun(draft, run, { parked: true, answered: false, awaiting: false });
  addEffect(draft, { type: 'parkStep', key, error: failure.message });
  park(draft, { code: 'STEP_ERROR_UNHANDLED', message, key });
  record(draft, { ...entry, outcome: 'deferred', reason, from: draft.live.value });
  return { outcome: 'deferred', reason };
}

function faultOf(contract: StepContract, outcome: Settled): Fault | undefined {
  if (outcome.kind === 'declined' && !contract.declines.includes(outcome.code)) {
    const message = `declined with '${outcome.code}', which its contract doesn't declare`;
    return { code: 'DECLINE_NOT_DECLARED', message, raw: rawOf(outcome) };
  }
  if (outcome.kind !== 'done') return undefined;
  if (outcome.fault !== undefined)
    return { code: 'OUTPUT_INVALID', message: `output: ${outcome.fault}`, raw: rawOf(outcome.output) };
  try {
    parse(contract, outcome.output);
    return undefined;
  } catch (thrown) {
    return { code: 'OUTPUT_INVALID', message: `output: ${messageOf(thrown)}`, raw: rawOf(outcome.output) };
  }
}

function parse(contract: StepContract, output: unknown): unknown {
  const { success, data, error } = contract.output.safeParse(output);
  if (!success) throw new SagaError('OUTPUT_INVALID', describeIssues(error, 'the whole of it'));
  if (data !== undefined) assertJson(data, `what the schema of step '${contract.name}' made of it`);
  return data;
}

function parsedOutput(draft: Draft, run: StepRun, output: unknown): unknown {
  const contract = draft.definition.steps[run.step];
  return contract ? parse(contract, output) : output;
}

function failureOf(outcome: Exclude<Settled, { kind: 'done' }>): StepFailure {
  if (outcome.kind === 'unknown') return { kind: 'unknown', code: 'UNKNOWN', message: outcome.message };
  const { code, details } = outcome;
  const more = details === undefined ? undefined : { details };
  return { kind: 'declined', code, message: `declined: ${code}`, ...more };
}

/**
 * What the machine hears. That a pivot is declined after an attempt whose answer was lost is no definite no: it may have
 * taken effect, and there may be no way back.
 */
function failureToTell(
  draft: Draft,
  run: StepRun,
  outcome: Exclude<Settled, { kind: 'done' }>,
  attempts: number,
): StepFailure {
  const failure = failureOf(outcome);
  const isInDoubt = outcome.kind === 'declined' && (attempts > 1 || run.tried === true);
  if (!isInDoubt || !draft.definition.steps[run.step]?.pivot) return failure;
  return {
    kind: 'unknown',
    code: 'UNKNOWN',
    message: `${failure.message}, after an attempt whose answer was lost`,
  };
}

function unknownBecause(fault: Fault): Settled {
  return { kind: 'unknown', message: fault.message };
}

/** Plain JSON of anything that an adapter gave, for people to read. */
function rawOf(value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null') as Json;
  } catch {
    return String(value);
  }
}
