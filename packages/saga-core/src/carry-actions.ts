import { COMPENSATE } from './compensate.js';
import { addEffect, type Draft, nextVisit } from './draft.js';
import { assertJson, type JsonObject } from './json.js';
import { forgetAnew } from './ledger.js';
import { SagaError } from './saga-error.js';
import { startStep, stopChild } from './steps-in-flight.js';
import type { MachineAction } from './xstate-seam.js';

/** Turns what a transition asks for into effects and entries of our books, in XState's order. */
export function carryActions(draft: Draft, actions: readonly MachineAction[]): void {
  for (const action of actions) carryAction(draft, action);
}

function carryAction(draft: Draft, action: MachineAction): void {
  switch (action.type) {
    case 'spawn':
      if (action.src === COMPENSATE) return startCompensation(draft, action.id);
      return startStep(draft, action.id, action.src, action.input, 'invoke');
    case 'stop':
      return stopChild(draft, action.id);
    case 'arm':
      return armTimer(draft, action.id, action.event, action.delayMs);
    case 'cancel':
      return cancelTimer(draft, action.id);
    case 'emit':
      return publish(draft, action.event);
    case 'log':
      return addEffect(draft, action);
    case 'custom':
      return startAction(draft, action.name, action.params);
  }
}

function startCompensation(draft: Draft, id: string): void {
  const before = draft.compensation ?? { invokes: [], undone: [] };
  draft.compensation = { ...before, invokes: [...before.invokes, { id, visit: nextVisit(draft, id) }] };
  draft.compensated = true;
  draft.obligations = forgetAnew(draft.obligations);
}

function startAction(draft: Draft, name: string, params: unknown): void {
  if (draft.definition.steps[name]?.opens) {
    throw new SagaError(
      'DECIDE_FAILED',
      `step '${name}' is used as an action, but it opens an obligation; invoke it`,
    );
  }
  startStep(draft, name, name, params, 'action');
}

function armTimer(draft: Draft, id: string, event: { readonly type: string }, delayMs: number): void {
  cancelTimer(draft, id);
  const visit = nextVisit(draft, timerId(id));
  const dueAt = draft.at + delayMs;
  assertJson(event, `event of timer '${id}'`);
  draft.timers = [...draft.timers, { id, visit, event: event as JsonObject & { type: string }, dueAt }];
  addEffect(draft, { type: 'armTimer', key: timerKey(id, visit), id, visit, dueAt });
}

function cancelTimer(draft: Draft, id: string): void {
  const armed = draft.timers.find((timer) => timer.id === id);
  if (!armed) return;
  const key = timerKey(id, armed.visit);
  draft.timers = draft.timers.filter((timer) => timer !== armed);
  const justArmed = draft.effects.find((effect) => effect.type === 'armTimer' && effect.key === key);
  if (justArmed) draft.effects = draft.effects.filter((effect) => effect !== justArmed);
  else addEffect(draft, { type: 'cancelTimer', key });
}

function publish(draft: Draft, event: { readonly type: string }): void {
  assertJson(event, `emitted event '${event.type}'`);
  draft.published += 1;
  addEffect(draft, {
    type: 'publish',
    sequence: draft.published,
    event: event as JsonObject & { type: string },
  });
}

/** The key of a timer's row. */
export function timerKey(id: string, visit: number): string {
  return `${timerId(id)}:${visit}`;
}

/** Timers count their visits apart from steps, whose ids could be the same. */
function timerId(id: string): string {
  return `timer:${id}`;
}
