/**
 * How a batch gets into one statement: what is short as a JSON array of records, and each column of JSON documents
 * as one text, which PostgreSQL cuts into pieces. A document goes in as it is written, instead of being quoted,
 * parsed and built again inside of a bigger one: that is a third of the cost.
 *
 * The separator can't occur in a JSON text, which escapes control characters.
 */
const SEPARATOR = '\u001f';

/** Records as a JSON array, each as far as it is short. */
export function records<Row extends object>(
  rows: readonly Row[],
  short: (row: Row) => object = (row) => row,
): string {
  return JSON.stringify(rows.map(short));
}

/** A column of JSON documents; what is missing is `null` in SQL. */
export function documents(values: readonly unknown[]): string {
  return values
    .map((value) => (value === undefined || value === null ? '' : JSON.stringify(value)))
    .join(SEPARATOR);
}

/** A column of documents that are JSON texts already. */
export function texts(values: readonly string[]): string {
  return values.join(SEPARATOR);
}

/** A column of JSON documents, where JSON's own `null` is a document too. */
export function documentsOrNull(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value ?? null)).join(SEPARATOR);
}

/** The set of rows that a JSON array of records and columns of documents make together. */
export function recordSet(
  records: { readonly param: string; readonly columns: string },
  columns: readonly { readonly param: string; readonly name: string }[],
  alias: string,
): string {
  const names = [...records.columns.matchAll(/("\w+"|\w+) [^,]+/g)].map(([, name]) => name);
  const all = [...names, ...columns.map(({ name }) => name)].join(', ');
  const parts = columns.map(({ param }) => `unnest(string_to_array(${param}, E'\\x1f'))`);
  const rows = [`json_to_recordset(${records.param}::json) as (${records.columns})`, ...parts];
  return `rows from (${rows.join(', ')}) as ${alias}(${all})`;
}
