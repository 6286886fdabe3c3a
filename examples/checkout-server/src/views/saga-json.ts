import type { SagaView, StepView, WhatNext } from '@countermand/saga-core';
import type { z } from '@hono/zod-openapi';
import type { Principal } from '../http/principal.ts';
import type { sagaItemSchema, sagaSchema } from '../http/schemas.ts';
import { obligationJson, timersJson, waitingForJson } from './order-json.ts';
import { sagaStatusOf } from './saga-status.ts';

type SagaItemJson = z.input<typeof sagaItemSchema>;
type SagaJson = z.input<typeof sagaSchema>;

/** A saga as a line of a list. Customers get an error's code, administrators its text too. */
export function sagaItemJson(saga: SagaView, { role }: Principal): SagaItemJson {
  const [hold] = saga.parked;
  const error = hold && (role === 'admin' ? `${hold.code}: ${hold.message}` : hold.code);
  return {
    id: saga.id,
    type: saga.saga,
    version: saga.version,
    status: sagaStatusOf(saga),
    state: saga.state,
    order_id: saga.id,
    created_at: new Date(saga.createdAt).toISOString(),
    updated_at: new Date(saga.updatedAt).toISOString(),
    ...(error !== undefined && { error }),
  };
}

/** The whole of a saga. */
export function sagaJson(saga: SagaView, next: WhatNext, principal: Principal): SagaJson {
  return {
    ...sagaItemJson(saga, principal),
    settled: saga.settled,
    current_step: currentStep(saga.steps),
    steps: saga.steps.map(({ key, name, visit, status, attempts, error }) => ({
      id: key,
      name,
      visit,
      status,
      attempts,
      ...(error !== undefined && { error: principal.role === 'admin' ? error : 'STEP_FAILED' }),
    })),
    openObligations: saga.openObligations.map(obligationJson),
    timers: timersJson(saga),
    waitingFor: waitingForJson(saga),
    next: next.events.map(({ event, to }) => ({ event, to })),
  };
}

/** The step that the saga is at: the newest that the machine waits for, else the newest undo under way. */
function currentStep(steps: readonly StepView[]): string | null {
  const unsettled = steps.filter(({ status }) =>
    ['pending', 'running', 'awaiting', 'parked'].includes(status),
  );
  const ofMachine = unsettled.filter(({ role, left }) => role === 'invoke' && !left);
  return (ofMachine.at(-1) ?? unsettled.at(-1))?.name ?? null;
}
