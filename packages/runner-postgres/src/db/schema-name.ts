import { SagaError } from '@countermand/saga-core';

const SCHEMA = /^[a-z_][a-z0-9_]{0,40}$/;

/** The names of the two schemas, ready to be put into SQL. */
export interface SchemaNames {
  /** As given. */
  readonly plain: string;
  /** Ours, quoted. */
  readonly ours: string;
  /** pg-boss's, which stands beside it. Needs no quotes. */
  readonly boss: string;
}

/**
 * The only way in which a schema's name gets into SQL.
 *
 * @throws SagaError `SETTING_INVALID`
 */
export function schemaNames(schema: string): SchemaNames {
  if (!SCHEMA.test(schema)) {
    throw new SagaError('SETTING_INVALID', `schema '${schema}' must match ${SCHEMA.source}`);
  }
  return { plain: schema, ours: `"${schema}"`, boss: `${schema}_boss` };
}
