import { type AnySaga, diffStructures, SagaError } from '@countermand/saga-core';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/**
 * Stores the definitions that are new, and compares the others with what is stored.
 *
 * @throws SagaError `FINGERPRINT_MISMATCH`, with what differs: the same name and version must mean the same machine
 *   in every process, for all of them move the same snapshots
 */
export async function registerDefinitions(
  session: Session,
  { ours }: SchemaNames,
  sagas: readonly AnySaga[],
): Promise<void> {
  const definitions = sagas.map(({ name, version, fingerprint, structure }) => ({
    name,
    version,
    fingerprint,
    structure,
  }));
  await session.query(
    `insert into ${ours}.definition (name, version, fingerprint, structure, created_at)
     select name, version, fingerprint, structure, ${ours}.saga_now()
     from jsonb_to_recordset($1::jsonb) as x(name text, version int, fingerprint text, structure jsonb)
     order by name, version
     on conflict do nothing`,
    [JSON.stringify(definitions)],
  );
  const stored = await session.query<{
    name: string;
    version: number;
    fingerprint: string;
    structure: string[];
  }>(`select name, version, fingerprint, structure from ${ours}.definition where name = any($1::text[])`, [
    definitions.map(({ name }) => name),
  ]);
  for (const ours of definitions) {
    const theirs = stored.find(({ name, version }) => name === ours.name && version === ours.version);
    if (!theirs || theirs.fingerprint === ours.fingerprint) continue;
    const differences = diffStructures(theirs.structure, ours.structure);
    throw new SagaError(
      'FINGERPRINT_MISMATCH',
      `saga '${ours.name}' version ${ours.version} is in the database with another structure; ` +
        `give this one a new version. It differs in: ${differences.join('; ')}`,
      { differences },
    );
  }
}
