import type { WireMessage } from '@countermand/step-messages';
import type { AsyncMessage } from 'rabbitmq-client';

/** A message as an envelope reads it. */
export function wireOf(message: AsyncMessage): WireMessage {
  const { headers = {}, messageId } = message;
  const texts = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
  );
  const id = messageId === undefined ? {} : { 'message-id': messageId };
  return { body: bytesOf(message).toString(), headers: { ...id, ...Object.fromEntries(texts) } };
}

/** The body as it came, or as near to it as the client lets: JSON has been parsed already. */
export function bytesOf({ body }: Pick<AsyncMessage, 'body'>): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
