import type { SagaStatus } from '@countermand/saga-core';

const NAMES = {
  running: 'Running',
  compensating: 'Compensating',
  parked: 'Parked',
  rest: 'At rest',
} as const;

/** A saga's status. */
export function StatusBadge({
  status,
  settled,
}: {
  readonly status: SagaStatus;
  readonly settled?: boolean;
}) {
  const isOpen = status === 'rest' && settled === false;
  return (
    <span class={`badge badge-${status}`}>
      <i aria-hidden="true" />
      {NAMES[status]}
      {isOpen ? ', open' : ''}
    </span>
  );
}

/** The statuses in the order in which a person wants them. */
export const STATUSES = ['parked', 'compensating', 'running', 'rest'] as const;

/** A status as it is called. */
export function statusName(status: SagaStatus): string {
  return NAMES[status];
}
