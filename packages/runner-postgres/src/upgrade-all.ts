import type { UpgradeResult } from '@countermand/saga-core';
import { countSagasOf, readSagasOf } from './db/read-versions.js';
import type { SchemaNames } from './db/schema-name.js';
import type { Session } from './db/session.js';

/** How many sagas are read, and moved, at a time. */
const PAGE = 200;

/** What moving all sagas of a name to another version takes. */
export interface UpgradeAllOptions {
  /** Who does it, for the histories. */
  readonly actor: string;
  /** The version; the newest that the runner knows by default. */
  readonly to?: number;
  /** Sagas that are settled (at rest for good), too. They may still hear of late money. */
  readonly includeSettled?: boolean;
  /** Ends it after the page that is under way. Another call goes on with those that are left. */
  readonly signal?: AbortSignal;
  /** Told after every page how many sagas have been looked at, and how many there were at the beginning. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What became of the sagas that weren't of that version. */
export interface UpgradeReport {
  readonly upgraded: number;
  /** They go on in their own version. */
  readonly refused: number;
  /** Their migration failed. */
  readonly parked: number;
  /** Why sagas were refused or parked, with how many there were, and the id of one. */
  readonly reasons: readonly { readonly reason: string; readonly count: number; readonly example: string }[];
}

/**
 * Moves every saga of a name that is of another version, in the order of their ids. It may be interrupted and begun
 * again at any time, and by several processes at once: a saga is moved under its row's lock, and only once.
 */
export async function upgradeAll(
  session: Session,
  names: SchemaNames,
  saga: { readonly name: string; readonly version: number },
  options: Pick<UpgradeAllOptions, 'includeSettled' | 'signal' | 'onProgress'>,
  upgrade: (saga: { readonly id: string; readonly version: number }) => Promise<UpgradeResult>,
): Promise<UpgradeReport> {
  const counts = { upgraded: 0, refused: 0, parked: 0, same: 0 };
  const reasons = new Map<string, { reason: string; count: number; example: string }>();
  const { includeSettled = false, signal, onProgress } = options;
  const about = { saga: saga.name, notVersion: saga.version, includeSettled };
  const total = onProgress ? await countSagasOf(session, names, about) : 0;
  let done = 0;
  onProgress?.({ done, total });
  let after = '';
  while (!signal?.aborted) {
    const page = await readSagasOf(session, names, {
      ...{ ...about, after, limit: PAGE },
    });
    const results = await Promise.all(page.map(upgrade));
    for (const [index, { outcome, reason }] of results.entries()) {
      counts[outcome] += 1;
      if (reason === undefined) continue;
      const known = reasons.get(reason) ?? { reason, count: 0, example: page[index]?.id ?? '' };
      reasons.set(reason, { ...known, count: known.count + 1 });
    }
    done += page.length;
    onProgress?.({ done, total: Math.max(done, total) });
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.id;
  }
  const { upgraded, refused, parked } = counts;
  return { upgraded, refused, parked, reasons: [...reasons.values()].sort((a, b) => b.count - a.count) };
}
