import type { EventCause } from './cause.js';
import type { OverrideRequest } from './runner-contract.js';
import type { AnySaga } from './saga-definition.js';
import { SagaError } from './saga-error.js';

/** The cause that carries an administrator's override. @throws SagaError `OVERRIDE_REFUSED` where the saga has none */
export function overrideCause(saga: AnySaga, request: OverrideRequest, messageId: string): EventCause {
  const { to, reason, force = false, actor } = request;
  if (saga.override === undefined) {
    throw new SagaError('OVERRIDE_REFUSED', `saga '${saga.name}' declares no override event`);
  }
  const event = { type: saga.override, to, reason, force };
  return { type: 'event', messageId, event, actor, accepted: false, override: true };
}
