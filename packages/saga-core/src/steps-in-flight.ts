import { describeIssues } from './describe-issues.js';
import { addEffect, type Draft, type InnerEvent, NONE, nextVisit, removeRun, updateRun } from './draft.js';
import type { RunStep } from './effect.js';
import type { StepRun } from './envelope.js';
import { assertJson, type Json } from './json.js';
import { forgetAnew, obligationId, openMaybe, retract, StepSource } from './ledger.js';
import { park, unpark } from './park.js';
import { beginPivot, takePivotBack } from './pivot.js';
import { SagaError } from './saga-error.js';
import { idempotencyKey, rowKey } from './saga-id.js';
import type { StepContract } from './step.js';
import { asksForInput, supersededBy } from './superseded.js';

/** Whether the saga is undoing: a `compensate` runs, or an undo isn't settled. */
export function isCompensating(draft: Pick<Draft, 'compensation' | 'runs'>): boolean {
  return (
    draft.compensation !== undefined || draft.runs.some((run) => run.role === 'undo' || run.role === 'probe')
  );
}

/** Starts a step that the machine invokes, spawns or names as an action. */
export function startStep(
  draft: Draft,
  id: string,
  step: string,
  rawInput: unknown,
  role: 'invoke' | 'action',
): void {
  const contract = draft.definition.steps[step];
  if (!contract) throw new SagaError('DECIDE_FAILED', `'${step}' is not a step of saga '${draft.saga}'`);
  const before = draft.runs.find((run) => run.id === id && run.role === role && !run.left && !run.answered);
  if (before && role === 'invoke') leaveStep(draft, before);
  const visit = nextVisit(draft, id);
  if (role === 'invoke' && contract.opens && isCompensating(draft)) {
    draft.inner = [...draft.inner, { type: 'refused', id, visit, step, input: rawInput }];
    return;
  }
  const input = parseStepInput(contract, rawInput);
  const opens = contract.opens && { kind: contract.opens.kind, instance: contract.opens.instance(input) };
  const closes = contract.closes.map((one) =>
    obligationId({ kind: one.kind, instance: one.instance(input) }),
  );
  const key = rowKey(id, visit);
  if (opens && contract.opens) {
    draft.started += 1;
    const { undo, amount } = contract.opens;
    const worth = amount?.({ input, output: undefined });
    draft.obligations = openMaybe(draft.obligations, opens, {
      startedAs: draft.started,
      source: new StepSource(step, key, input),
      ...(undo !== undefined && { undo }),
      ...supersededBy(contract, input),
      // While one is under way, nothing that opens is begun.
      ...(draft.compensated && { anew: true as const }),
      ...(worth && { amount: worth }),
    });
  }
  const pivots = contract.pivot ? beginPivot(draft, role) : {};
  const run = newRun(id, visit, step, role, {
    closes,
    ...(opens && { opens: obligationId(opens) }),
    ...(asksForInput(contract) && { input }),
    ...pivots,
  });
  dispatch(draft, run, input, idempotencyKey(draft.sagaId, key));
}

/** A step that wasn't begun, and whose state knows nothing to do about that: it waits for a person, as a row. */
export function parkUnbegun(draft: Draft, refused: InnerEvent & { type: 'refused' }, message: string): void {
  const { id, visit, step } = refused;
  const contract = draft.definition.steps[step];
  if (!contract?.opens) return;
  const input = parseStepInput(contract, refused.input);
  const opens = obligationId({ kind: contract.opens.kind, instance: contract.opens.instance(input) });
  const closes = contract.closes.map((one) =>
    obligationId({ kind: one.kind, instance: one.instance(input) }),
  );
  const key = rowKey(id, visit);
  const run = newRun(id, visit, step, 'invoke', { closes, opens, input, parked: true });
  dispatch(draft, run, input, idempotencyKey(draft.sagaId, key));
  addEffect(draft, { type: 'parkStep', key, error: message });
  park(draft, {
    code: 'STEP_ERROR_UNHANDLED',
    message: `${message}, and the state has no onError for it`,
    key,
  });
}

/** Whether an active state invokes under this id. */
export function isInvoked(draft: Draft, id: string): boolean {
  return draft.live.nodes.some((node) => node.invoke.some((invoke) => invoke.id === id));
}

/** Adds a run and asks for it to be carried out. */
export function dispatch(draft: Draft, run: StepRun, input: Json, forKey: string): void {
  draft.runs = draft.runs.concat(run);
  const { id, visit, step, role } = run;
  addEffect(draft, {
    type: 'runStep',
    key: rowKey(id, visit),
    id,
    visit,
    step,
    role,
    input,
    idempotencyKey: forKey,
  });
}

/** A run that has just been dispatched. */
export function newRun(
  id: string,
  visit: number,
  step: string,
  role: StepRun['role'],
  details: Partial<StepRun> = {},
): StepRun {
  return new DispatchedRun(id, visit, step, role, details);
}

class DispatchedRun implements StepRun {
  readonly id: string;
  readonly visit: number;
  readonly step: string;
  readonly role: StepRun['role'];
  readonly closes: StepRun['closes'] = NONE;
  readonly left = false;
  readonly awaiting = false;
  readonly parked = false;
  readonly answered = false;

  constructor(id: string, visit: number, step: string, role: StepRun['role'], details: Partial<StepRun>) {
    this.id = id;
    this.visit = visit;
    this.step = step;
    this.role = role;
    Object.assign(this, details);
  }
}

/** The machine stops a child: its step is left, or, if it was asked for in this same decision, never asked for. */
export function stopChild(draft: Draft, id: string): void {
  const { compensation } = draft;
  if (compensation?.invokes.some((invoke) => invoke.id === id)) {
    const invokes = compensation.invokes.filter((invoke) => invoke.id !== id);
    // Undos in flight go on; nothing new is begun until a compensate is entered again.
    if (invokes.length > 0) draft.compensation = { ...compensation, invokes };
    else delete draft.compensation;
    return;
  }
  draft.inner = draft.inner.filter((event) => event.id !== id);
  const run = draft.runs.find((one) => one.id === id && one.role === 'invoke' && !one.left);
  if (run) leaveStep(draft, run);
}

function leaveStep(draft: Draft, run: StepRun): void {
  const key = rowKey(run.id, run.visit);
  unpark(draft, (reason) => reason.key === key);
  if (run.answered) return removeRun(draft, run);
  const asked = draft.effects.find(
    (effect): effect is RunStep => effect.type === 'runStep' && effect.key === key,
  );
  if (!asked) {
    updateRun(draft, run, { left: true, parked: false });
    // The machine learns nothing of it any more, so that what it opens is news that comes late.
    if (run.opens !== undefined) draft.obligations = forgetAnew(draft.obligations, run.opens);
    addEffect(draft, { type: 'leaveStep', key });
    return;
  }
  draft.effects = draft.effects.filter((effect) => effect !== asked);
  takePivotBack(draft, run);
  removeRun(draft, run);
  draft.obligations = retract(draft.obligations, run, 'absent', draft.runs);
}

/** @throws SagaError `STEP_INPUT_INVALID` */
export function parseStepInput(contract: StepContract, rawInput: unknown): Json {
  const parsed = contract.input.safeParse(rawInput);
  if (!parsed.success) {
    throw new SagaError(
      'STEP_INPUT_INVALID',
      `input of step '${contract.name}': ${describeIssues(parsed.error, 'input')}`,
    );
  }
  assertJson(parsed.data, `input of step '${contract.name}'`);
  return parsed.data;
}
