import type { MessageLogger } from './message-logger.js';
import type { Receipt } from './receive-message.js';

/** Writes a line about what became of a message. */
export function noteReceipt(logger: MessageLogger, receipt: Receipt, from: object): void {
  if (receipt.kind === 'poison') {
    logger.error({ ...from, reason: receipt.reason }, 'message put aside as a dead letter');
    return;
  }
  const { id: messageId, type, correlationId: sagaId } = receipt.message;
  const fields = { ...from, messageId, type, sagaId };
  if (receipt.kind === 'taken') logger.info({ ...fields, ...receipt.result }, 'message taken');
  else logger.info({ ...fields, reason: receipt.reason }, 'message skipped');
}
