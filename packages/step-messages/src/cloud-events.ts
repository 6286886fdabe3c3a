import type { Envelope } from './message.js';
import { headersOf, readBody, readCorrelationId, readPayload, readText, readTime } from './read-body.js';

/**
 * CloudEvents 1.0 in structured mode: the saga is the `subject`, the payload the `data`; `idempotencykey` and
 * `traceparent` are extension attributes. Messages in binary mode are not read.
 *
 * @param options - `source` names this service: a URI reference, as CloudEvents has it
 */
export function cloudEvents(options: { readonly source: string }): Envelope {
  const { source } = options;
  if (source === '') throw new TypeError("cloudEvents: source must name this service, '/orders' for example");
  return {
    contentType: 'application/cloudevents+json',
    encode({ id, type, correlationId, at, payload, idempotencyKey, traceparent }) {
      const body = JSON.stringify({
        specversion: '1.0',
        id,
        source,
        type,
        subject: correlationId,
        time: new Date(at).toISOString(),
        datacontenttype: 'application/json',
        ...(idempotencyKey !== undefined && { idempotencykey: idempotencyKey }),
        ...(traceparent !== undefined && { traceparent }),
        data: payload,
      });
      const meta = {
        id,
        ...(idempotencyKey !== undefined && { idempotencyKey }),
        ...(traceparent !== undefined && { traceparent }),
      };
      return { body, headers: { ...headersOf(meta), 'content-type': 'application/cloudevents+json' } };
    },
    decode({ body }) {
      const fields = readBody(body);
      const version = readText(fields, 'specversion');
      if (version !== '1.0') throw new Error(`specversion is '${version}', and only 1.0 is read`);
      const { idempotencykey, traceparent } = fields;
      return {
        // An id is unique for its source only.
        id: `${readText(fields, 'source')} ${readText(fields, 'id')}`,
        type: readText(fields, 'type'),
        correlationId: readCorrelationId(fields, 'subject'),
        at: readTime(fields, 'time'),
        payload: readPayload(fields, 'data'),
        ...(typeof idempotencykey === 'string' && { idempotencyKey: idempotencykey }),
        ...(typeof traceparent === 'string' && { traceparent }),
      };
    },
  };
}
