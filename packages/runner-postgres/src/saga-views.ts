import { type AnySaga, type SagaView, type StepView, viewSaga } from '@countermand/saga-core';
import type { OutboxRow } from './ports/outbox-rows.js';
import type { FoundSaga } from './ports/saga-rows.js';

/**
 * A stored saga as people see it, with the attributes that it is found by: the definition's function isn't asked, which
 * may be what the saga is parked for. One of a version that isn't known here is shown as far as that goes.
 */
export function toView({ stored, steps }: FoundSaga, definition: AnySaga | undefined): SagaView {
  const { createdAt, updatedAt, error } = stored;
  const beside = { steps: steps.map(toStepView), createdAt, updatedAt };
  const view = definition
    ? viewSaga({ ...definition, attributes: () => stored.attributes }, stored.envelope, beside)
    : unknownView(stored, beside);
  if (error === null) return view;
  const reason = { code: 'DECIDE_FAILED', message: error, at: updatedAt } as const;
  return { ...view, status: 'parked', settled: false, parked: [...view.parked, reason] };
}

function unknownView(
  stored: FoundSaga['stored'],
  beside: Pick<SagaView, 'steps' | 'createdAt' | 'updatedAt'>,
): SagaView {
  const { id, saga, version, status, envelope, attributes } = stored;
  return {
    ...{ id, saga, version, status, attributes },
    settled: false,
    state: envelope.snapshot.value,
    context: envelope.snapshot.context,
    parked: envelope.parked,
    openObligations: [],
    timers: envelope.timers.map((timer) => ({ id: timer.id, dueAt: timer.dueAt })),
    waitingFor: [],
    ...beside,
  };
}

function toStepView(row: OutboxRow): StepView {
  const { key, id, step, visit, role, attempt, left, lastError } = row;
  return {
    ...{ key, id, visit, left },
    name: step ?? '',
    role: role ?? 'invoke',
    status: statusOf(row),
    attempts: attempt,
    ...(lastError !== null && { error: lastError }),
  };
}

function statusOf({ status, result }: OutboxRow): StepView['status'] {
  if (status === 'leased') return 'running';
  if (status !== 'settled') return status;
  return result?.kind === 'awaiting' ? 'unknown' : (result?.kind ?? 'unknown');
}
