import type { Cause } from '../cause.js';
import type { CheckOptions } from '../check/check-options.js';
import { possibleCauses } from '../check/possible-causes.js';
import { signatureOf } from '../check/state-signature.js';
import { begin, decide } from '../decide.js';
import type { Envelope } from '../envelope.js';
import type { AnySaga } from '../saga-definition.js';

/** Envelopes of one version as they were stored, for as long as such sagas may live anywhere. */
export interface KeptVersion {
  readonly saga: string;
  readonly version: number;
  /** The release that it went out with; `null` while it may still change. */
  readonly releasedIn: string | null;
  readonly fingerprint: string;
  readonly structure: readonly string[];
  readonly envelopes: readonly Envelope[];
}

const STEP_MS = 1_000;

/**
 * One envelope for each way in which a saga can stand: its state, and whether it is parked, undoes, or has put events
 * off. Found by letting everything happen that can, with what is new followed first.
 */
export function keepVersion(saga: AnySaga, options: CheckOptions, most = 1_000): KeptVersion {
  const causes = possibleCauses(saga, options.samples ?? {});
  const signature = signatureOf(saga, options, new Set(), causes);
  const found = new Map<string, Envelope>();
  const seen = new Set<string>();
  const open: Envelope[] = [];
  const fresh = causes.inputs.map(
    (input) => begin(saga, { sagaId: 'kept', input, at: 0, actor: 'customer' }).envelope,
  );
  for (let next = 0; next < most; next += 1) {
    // What stands in a new way is followed first: it leads on.
    const envelope = fresh.pop() ?? open.shift();
    if (!envelope) break;
    const way = wayOf(envelope);
    if (!found.has(way)) found.set(way, envelope);
    const acts: Cause[] = envelope.parked.length > 0 ? [{ type: 'retry', actor: 'admin' }] : [];
    const events = causes.outside(envelope).map((cause) => ({ ...cause, messageId: `m${next}` }));
    for (const cause of [...acts, ...causes.inside(envelope), ...events]) {
      const { envelope: then } = decide(saga, envelope, cause, (envelope.seq + 1) * STEP_MS);
      const stand = signature({ ...then, deferred: then.deferred.slice(0, 1) });
      if (seen.has(stand) || then.deferred.length > 1) continue;
      seen.add(stand);
      (found.has(wayOf(then)) ? open : fresh).push(then);
    }
  }
  const { name, version, fingerprint, structure } = saga;
  const envelopes = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, envelope]) => envelope);
  return { saga: name, version, releasedIn: null, fingerprint, structure, envelopes };
}

/** What tells the envelopes that are kept apart. */
function wayOf({ snapshot, parked, compensation, deferred }: Envelope): string {
  return JSON.stringify([snapshot.value, parked.length > 0, compensation !== undefined, deferred.length > 0]);
}
