import type { WireMessage } from '@countermand/step-messages';
import type { IncomingRecord, OutgoingRecord } from './kafka-client.js';

/** A record as an envelope reads it. Of a header that is there several times the last counts. */
export function wireOf({ value, headers = {} }: IncomingRecord): WireMessage {
  const texts = Object.entries(headers).flatMap(([name, given]) => {
    const one = [given ?? []].flat().at(-1);
    return one === undefined ? [] : [[name.toLowerCase(), one.toString()]];
  });
  return { body: value?.toString() ?? '', headers: Object.fromEntries(texts) };
}

/** A record for the dead letter topic: what came, as it came, with why and from where in its headers. */
export function deadLetter(
  { key, value, headers = {} }: IncomingRecord,
  reason: string,
  from: { readonly topic: string; readonly partition: number; readonly offset: string },
): OutgoingRecord {
  const kept = Object.entries(headers).flatMap(([name, given]) => {
    const one = [given ?? []].flat().at(-1);
    return one === undefined ? [] : [[name, one]];
  });
  return {
    key,
    value,
    headers: {
      ...Object.fromEntries(kept),
      'dead-letter-reason': reason,
      'dead-letter-topic': from.topic,
      'dead-letter-partition': String(from.partition),
      'dead-letter-offset': from.offset,
    },
  };
}
