import type { SagaView } from '@countermand/saga-core';
import { z } from 'zod';

/** The statuses of a saga, as this interface has them. */
export const STATUSES = ['STARTED', 'COMPLETED', 'FAILED'] as const;

/** Whether the text is one of {@link STATUSES}. */
export function isStatus(text: string): text is (typeof STATUSES)[number] {
  return STATUSES.some((status) => status === text);
}

/** `FAILED` and `COMPLETED` from the moment at which that is decided; undoing goes on after it. */
export function statusOf({ state }: SagaView): (typeof STATUSES)[number] {
  if (state === 'COMPLETED' || state === 'ACCEPTED') return 'COMPLETED';
  const isOver = typeof state === 'object' && state !== null && ('FAILED' in state || 'EXPIRED' in state);
  return isOver ? 'FAILED' : 'STARTED';
}

const failed = z.object({ failure: z.object({ code: z.string(), message: z.string() }) });

/** Everything that is stored of a saga. */
export function sagaJson(saga: SagaView) {
  const {
    id,
    saga: type,
    version,
    settled,
    state,
    context,
    steps,
    openObligations,
    timers,
    waitingFor,
  } = saga;
  const failure = failed.safeParse(context);
  const [stuck] = saga.parked;
  const error = stuck ?? (failure.success ? failure.data.failure : undefined);
  return {
    ...{ saga_id: id, type, version, status: statusOf(saga), settled, state, context, steps },
    ...{ open_obligations: openObligations, waiting_for: waitingFor },
    timers: timers.map((timer) => ({ id: timer.id, due_at: new Date(timer.dueAt).toISOString() })),
    ...(error && { error: { code: error.code, message: error.message } }),
    created_at: new Date(saga.createdAt).toISOString(),
    updated_at: new Date(saga.updatedAt).toISOString(),
  };
}
