import pg from 'pg';
import { type SagaTable, tablesOfSagas } from './tables-of-sagas.ts';

/** How a database is filled. */
export interface Multiplication {
  /** Sagas of this name are the templates, at most a thousand of them. */
  readonly saga: string;
  /** How many there are to be in the end, those that are there already included. */
  readonly upTo: number;
  /**
   * Whether the copies will move: then their own id stands wherever the template's did, inside of JSON too, which
   * takes its time. Finished ones are never read again.
   */
  readonly alive: boolean;
}

/** Ids are handled in their order, so that the indexes grow at their end: minutes instead of hours. */
const CHUNK = 50_000;
const MOST_TEMPLATES = 1_000;

/**
 * Copies the sagas of one name with everything that belongs to them, set-based, under random ids. It goes by the
 * columns that the tables have: whatever is in a table with a `saga_id` is copied.
 */
export async function multiplySagas(url: string, { saga, upTo, alive }: Multiplication): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await tablesOfSagas(client);
    const { rows } = await client.query<{ n: number }>(
      'select count(*)::int as n from countermand.saga where saga = $1',
      [saga],
    );
    const copies = upTo - (rows[0]?.n ?? 0);
    if (copies <= 0) return;
    await client.query(`
      create unlogged table bench_map as
      select row_number() over (order by new_id) as n, new_id, old_id from (
        select gen_random_uuid()::text as new_id, templates[1 + n % cardinality(templates)] as old_id
        from generate_series(1, ${copies}) n,
          (select array_agg(id) as templates from (
            select id from countermand.saga where saga = ${pg.escapeLiteral(saga)} limit ${MOST_TEMPLATES})) t) ids`);
    await client.query('create index on bench_map (n)');
    for (const { name, key } of tables) {
      await client.query(`create unlogged table bench_template_${name} as
        select * from countermand.${name} where ${key} in (select old_id from bench_map)`);
      await client.query(`create index on bench_template_${name} (${key}); analyze bench_template_${name}`);
    }
    await client.query('analyze bench_map');
    await Promise.all(lanesOf(tables).map((lane) => fillTables(url, lane, copies, alive)));
    for (const { name } of tables) await client.query(`drop table bench_template_${name}`);
    await client.query('drop table bench_map');
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** Two, for two cores: the table that gets the most rows, and all others. */
function lanesOf(tables: readonly SagaTable[]): readonly (readonly SagaTable[])[] {
  const isLargest = ({ name }: SagaTable) => name === 'history';
  return [tables.filter(isLargest), tables.filter((table) => !isLargest(table))];
}

async function fillTables(
  url: string,
  tables: readonly SagaTable[],
  copies: number,
  alive: boolean,
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set synchronous_commit = off');
    for (let from = 1; from <= copies; from += CHUNK) {
      for (const table of tables) await client.query(insertOf(table, alive), [from, from + CHUNK]);
    }
  } finally {
    await client.end();
  }
}

function insertOf({ name, key, columns }: SagaTable, alive: boolean): string {
  const names = columns.map((column) => pg.escapeIdentifier(column.name));
  const values = columns.map((column) => {
    const value = `t.${pg.escapeIdentifier(column.name)}`;
    if (column.name === key) return 'm.new_id';
    if (column.type === 'text') return `replace(${value}, m.old_id, m.new_id)`;
    const isJson = column.type === 'jsonb' || column.type === 'json';
    return alive && isJson ? `replace(${value}::text, m.old_id, m.new_id)::${column.type}` : value;
  });
  return `
    insert into countermand.${name} (${names.join(', ')})
    select ${values.join(', ')} from bench_map m join bench_template_${name} t on t.${key} = m.old_id
    where m.n >= $1 and m.n < $2 order by m.n`;
}
