import {
  type AnySaga,
  diffStructures,
  type Envelope,
  examineUpgrade,
  type Json,
  type UpgradeVerdict,
} from '@countermand/saga-core';
import { countSettled, readDefinitions, readSagasOf, type VersionedSaga } from './db/read-versions.js';
import type { SchemaNames } from './db/schema-name.js';
import type { Session } from './db/session.js';

/** How many sagas one statement reads. */
const PAGE = 500;
const EXAMPLES = 3;

/** What a comparison with live sagas takes. */
export interface DiffOptions {
  /** Sagas that are settled (at rest for good), too. They may still hear of late money. */
  readonly includeSettled?: boolean;
}

/** Sagas of which the same is to be said. */
export interface DiffGroup {
  /** The version that they are of. */
  readonly from: number;
  /** Their state: the paths of the active leaves. */
  readonly state: string;
  readonly verdict: UpgradeVerdict;
  /** Why; empty for `same` and `can-move`. */
  readonly reasons: readonly string[];
  readonly count: number;
  /** Ids of up to three of them. */
  readonly examples: readonly string[];
}

/** What one version of a definition means for the sagas that are stored. */
export interface VersionDiff {
  readonly saga: string;
  readonly version: number;
  /** `new`: no process has declared it; `known`: as it is stored; `changed`: stored with another structure. */
  readonly definition: 'new' | 'known' | 'changed';
  /** Lines of the structure that differ from what is stored of this version, or of the newest one before it. */
  readonly differences: readonly string[];
  readonly counts: Readonly<Record<UpgradeVerdict, number>>;
  readonly groups: readonly DiffGroup[];
  /** Settled sagas of any version, which weren't looked at. */
  readonly settledLeftOut: number;
}

/** Looks at every stored saga of this name, and says whether it can go on in this version. Changes nothing. */
export async function diffVersions(
  session: Session,
  names: SchemaNames,
  saga: AnySaga,
  { includeSettled = false }: DiffOptions = {},
): Promise<VersionDiff> {
  const stored = await readDefinitions(session, names, saga.name);
  const structures = new Map(stored.map(({ version, structure }) => [version, structure]));
  const groups = new Map<string, DiffGroup>();
  const counts = { same: 0, 'can-move': 0, 'needs-mapping': 0, unsafe: 0 };
  let after = '';
  for (;;) {
    const page = await readSagasOf(session, names, { saga: saga.name, after, limit: PAGE, includeSettled });
    for (const one of page) {
      const group = groupOf(saga, one, structures);
      counts[group.verdict] += 1;
      addTo(groups, group);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.id;
  }
  const own = stored.find(({ version }) => version === saga.version);
  const before = own ?? stored.findLast(({ version }) => version < saga.version);
  return {
    saga: saga.name,
    version: saga.version,
    definition: own ? (own.fingerprint === saga.fingerprint ? 'known' : 'changed') : 'new',
    differences: before ? diffStructures(before.structure, saga.structure) : [],
    counts,
    groups: [...groups.values()].sort(inOrder),
    settledLeftOut: includeSettled ? 0 : await countSettled(session, names, saga.name),
  };
}

function groupOf(
  saga: AnySaga,
  { id, version, error, envelope }: VersionedSaga,
  structures: ReadonlyMap<number, readonly string[]>,
): DiffGroup {
  const { verdict, reasons } = examineUpgrade(saga, envelope, { structure: structures.get(version) });
  const stopped = error === null ? '' : ' (stopped by the runner)';
  const state = `${textOf(envelope)}${stopped}`;
  return { from: version, state, verdict, reasons, count: 1, examples: [id] };
}

function addTo(groups: Map<string, DiffGroup>, one: DiffGroup): void {
  const key = JSON.stringify([one.from, one.state, one.verdict, one.reasons]);
  const before = groups.get(key);
  groups.set(
    key,
    before
      ? {
          ...before,
          count: before.count + 1,
          examples: [...before.examples, ...one.examples].slice(0, EXAMPLES),
        }
      : one,
  );
}

const ORDER: readonly UpgradeVerdict[] = ['unsafe', 'needs-mapping', 'can-move', 'same'];

function inOrder(a: DiffGroup, b: DiffGroup): number {
  return (
    ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
    a.from - b.from ||
    b.count - a.count ||
    (a.state < b.state ? -1 : 1)
  );
}

function textOf({ snapshot, parked }: Envelope): string {
  return `${leaves(snapshot.value).join(' + ')}${parked.length > 0 ? ' (parked)' : ''}`;
}

function leaves(value: Json): string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value as Readonly<Record<string, Json>>).flatMap(([key, inner]) =>
    leaves(inner).map((leaf) => `${key}.${leaf}`),
  );
}
