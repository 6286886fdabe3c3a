import type { SchemaNames } from '../schema-name.js';

/**
 * Envelopes become text in which characters stand for what every envelope says, see `packed-envelope.ts`; the function
 * gives them back as they were. Nothing has to be rewritten for that: a text without these characters is one, too.
 */
export function packedEnvelopes({ ours }: SchemaNames): readonly string[] {
  return [
    `alter table ${ours}.saga alter column envelope type text using envelope::text`,
    `create function ${ours}.unpacked_envelope(id text, saga text, version int, fingerprint text, envelope text)
       returns json language sql stable parallel safe
       as $$ select replace(replace(replace(replace(envelope,
         chr(1), id),
         chr(2), ',"timers":[],"deferred":[],"kept":[],"parked":[],"compensated":false,"pivoted":false,"seq":'),
         chr(3), '"left":false,"awaiting":false,"parked":false,"answered":false'),
         chr(4), '{"sagaId":' || to_json(id) || ',"saga":' || to_json(saga) || ',"version":' || version
           || ',"fingerprint":' || to_json(fingerprint))::json $$`,
  ];
}
