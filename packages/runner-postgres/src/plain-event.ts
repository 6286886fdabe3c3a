import { assertJson, type JsonObject, messageOf, SagaError } from '@countermand/saga-core';
import type { SagaRegistry } from './saga-registry.js';

/**
 * A copy of an event that is to be sent: what its caller does with it afterwards is no business of the saga's.
 *
 * @throws SagaError `EVENT_INVALID` when it isn't JSON, `EVENT_NOT_DECLARED` when no saga takes such from outside
 */
export function plainEvent(
  event: { readonly type: string },
  registry: SagaRegistry,
): JsonObject & { readonly type: string } {
  try {
    assertJson(event, 'event');
  } catch (error) {
    throw new SagaError('EVENT_INVALID', messageOf(error));
  }
  if (typeof event.type !== 'string' || !registry.declares(event.type)) {
    throw new SagaError(
      'EVENT_NOT_DECLARED',
      `'${event.type}' is not a public event of any saga of the runner`,
    );
  }
  return JSON.parse(JSON.stringify(event)) as JsonObject & { readonly type: string };
}

/** @throws SagaError `EVENT_INVALID` for an id that can't be stored */
export function assertMessageId(messageId: string): void {
  if (
    messageId.length > 0 &&
    messageId.length <= 255 &&
    messageId.isWellFormed() &&
    !messageId.includes('\0')
  )
    return;
  throw new SagaError('EVENT_INVALID', 'a message id is a text of 1 to 255 characters');
}
