import type { Envelope } from '@countermand/saga-core';
import { unpackedEnvelope } from './packed-envelope.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** A saga as a comparison of versions looks at it. */
export interface VersionedSaga {
  readonly id: string;
  readonly version: number;
  readonly fingerprint: string;
  /** Why the runner itself has stopped it. */
  readonly error: string | null;
  readonly envelope: Envelope;
}

/** A stored definition. */
export interface StoredDefinition {
  readonly version: number;
  readonly fingerprint: string;
  readonly structure: readonly string[];
}

/** What {@link readSagasOf} reads. */
export interface VersionPage {
  readonly saga: string;
  /** Ids after this one, in their order. */
  readonly after: string;
  readonly limit: number;
  /** Sagas that are at rest for good, too. */
  readonly includeSettled: boolean;
  /** Leave those of this version out. */
  readonly notVersion?: number;
}

/** Sagas of one name in the order of their ids, a page at a time; a look, nothing is locked. */
export async function readSagasOf(
  session: Session,
  { ours }: SchemaNames,
  page: VersionPage,
): Promise<readonly VersionedSaga[]> {
  return await session.query<VersionedSaga>(
    `select id, version, fingerprint, error, ${unpackedEnvelope(ours, 's')} as envelope from ${ours}.saga s
     where saga = $1 and id > $2 and ($3 or not settled) and version is distinct from $4
     order by id limit $5`,
    [page.saga, page.after, page.includeSettled, page.notVersion ?? null, page.limit],
  );
}

/** How many {@link readSagasOf} would find. */
export async function countSagasOf(
  session: Session,
  { ours }: SchemaNames,
  about: Pick<VersionPage, 'saga' | 'includeSettled' | 'notVersion'>,
): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select count(*)::float8 as count from ${ours}.saga
     where saga = $1 and ($2 or not settled) and version is distinct from $3`,
    [about.saga, about.includeSettled, about.notVersion ?? null],
  );
  return row?.count ?? 0;
}

/** How many sagas of one name are at rest for good. */
export async function countSettled(session: Session, { ours }: SchemaNames, saga: string): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select count(*)::float8 as count from ${ours}.saga where saga = $1 and settled`,
    [saga],
  );
  return row?.count ?? 0;
}

/** Every version of a definition that any process has declared. */
export async function readDefinitions(
  session: Session,
  { ours }: SchemaNames,
  saga: string,
): Promise<readonly StoredDefinition[]> {
  return await session.query<StoredDefinition>(
    `select version, fingerprint, structure from ${ours}.definition where name = $1 order by version`,
    [saga],
  );
}
