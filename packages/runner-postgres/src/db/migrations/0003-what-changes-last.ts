import type { SchemaNames } from '../schema-name.js';

/** What changes with every step, with the definitions of the columns. */
const CHANGING = {
  status: 'text not null',
  settled: 'boolean not null',
  state: 'jsonb not null',
  error: 'text',
  revision: 'int not null',
  updated_at: 'timestamptz not null',
};

/**
 * Of an update within its page, PostgreSQL logs what lies between the first and the last byte that differ: what
 * changes with every step comes after the envelope, so that its beginning needs not be logged again and again.
 * Sagas at rest, by far the most, leave the index by status.
 */
export function whatChangesLast({ ours }: SchemaNames): readonly string[] {
  const columns = Object.entries(CHANGING);
  const saga = `${ours}.saga`;
  return [
    ...columns.map(([name]) => `alter table ${saga} rename column ${name} to old_${name}`),
    `alter table ${saga} ${columns.map(([name, type]) => `add column ${name} ${type.replace(' not null', '')}`).join(', ')}`,
    `update ${saga} set ${columns.map(([name]) => `${name} = old_${name}`).join(', ')}`,
    `alter table ${saga} ${columns
      .flatMap(([name, type]) => [
        ...(type.endsWith('not null') ? [`alter column ${name} set not null`] : []),
        `drop column old_${name}`,
      ])
      .join(', ')}`,
    `create index saga_newest_of_status on ${saga} (status, created_at desc, id desc) where status <> 'rest'`,
  ];
}
