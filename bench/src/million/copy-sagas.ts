import pg from 'pg';
import { type SagaTable, tablesOfSagas } from '../tables-of-sagas.ts';
import { KINDS } from './make-templates.ts';

/** Copies that one statement makes: few enough that they come out about in the order of their times. */
const CHUNK = 20_000;
/** Times that a worker goes by aren't moved into the past with the others. */
const DUE = new Set(['due_at', 'deadline_at', 'expires_at']);
const CUSTOMERS = 50_000;

/**
 * Copies real sagas with everything that belongs to them until there are so many, spread over the last months and over
 * many customers, oldest first as they would have come. Their indexes are made afterwards.
 */
export async function copySagas(
  url: string,
  templates: Readonly<Record<string, readonly string[]>>,
  upTo: number,
): Promise<void> {
  const client = await connect(url);
  try {
    await mapCopies(client, templates, upTo);
    const tables = await tablesOfSagas(client);
    for (const { name, key } of tables) {
      await client.query(`create unlogged table million_${name} as
        select * from countermand.${name} where ${key} in (select old_id from million_map)`);
      await client.query(`create index on million_${name} (${key}); analyze million_${name}`);
    }
    const isLargest = ({ name }: SagaTable) => name === 'history';
    const lanes = [tables.filter(isLargest), tables.filter((table) => !isLargest(table))];
    await Promise.all(lanes.map((lane) => fillLane(url, lane, upTo)));
    for (const { name } of tables) await client.query(`drop table million_${name}`);
    await client.query('drop table million_map');
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

/** Which copy is made of which saga, when it was started, and by whom. Its numbers follow the times. */
async function mapCopies(
  client: pg.Client,
  templates: Readonly<Record<string, readonly string[]>>,
  upTo: number,
): Promise<void> {
  const kinds = KINDS.map(({ name, perThousand, isAlive, withinDays }) => {
    const ids = templates[name] ?? [];
    const copies = Math.round((upTo * perThousand) / 1_000) - ids.length;
    return `select ${isAlive} as alive, now() - random() * interval '${withinDays} days' as at,
        (array[${ids.map((id) => pg.escapeLiteral(id)).join(', ')}])[1 + n % ${ids.length}] as old_id
      from generate_series(1, ${Math.max(0, copies)}) n`;
  });
  await client.query(`
    create unlogged table million_map as
    select row_number() over (order by c.at) as n, gen_random_uuid()::text as new_id, c.old_id, c.alive,
      c.at - s.created_at as shift, 'customer-' || floor(random() * ${CUSTOMERS}) as customer,
      (array['web', 'web', 'web', 'app', 'phone'])[1 + floor(random() * 5)::int] as channel
    from (${kinds.join(' union all ')}) c join countermand.saga s on s.id = c.old_id`);
  await client.query('create index on million_map (n)');
  await client.query('analyze million_map');
}

/** One transaction for each table: what it writes into an emptied table isn't written to the log besides. */
async function fillLane(url: string, lane: readonly SagaTable[], upTo: number): Promise<void> {
  const client = await connect(url);
  try {
    await client.query(`set maintenance_work_mem = '256MB'; set synchronous_commit = off`);
    for (const table of lane) {
      const { name } = table;
      await client.query('begin');
      const indexes = await dropIndexes(client, name);
      await client.query(`truncate countermand.${name}`);
      await client.query(`insert into countermand.${name} select * from million_${name}`);
      for (let from = 1; from <= upTo; from += CHUNK) {
        await client.query(copyOf(table), [from, from + CHUNK]);
      }
      for (const statement of indexes) await client.query(statement);
      await client.query('commit');
    }
  } finally {
    await client.end();
  }
}

/** Takes a table's indexes away. @returns what makes them again */
async function dropIndexes(client: pg.Client, table: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ index: string; constraint: string | null; definition: string }>(`
    select i.indexrelid::regclass::text as index, c.conname as constraint,
      coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) as definition
    from pg_index i left join pg_constraint c on c.conindid = i.indexrelid
    where i.indrelid = 'countermand.${table}'::regclass`);
  for (const { index, constraint } of rows) {
    await client.query(
      constraint === null
        ? `drop index ${index}`
        : `alter table countermand.${table} drop constraint ${constraint}`,
    );
  }
  return rows.map(({ constraint, definition }) =>
    constraint === null
      ? definition
      : `alter table countermand.${table} add constraint ${constraint} ${definition}`,
  );
}

function copyOf({ name, key, columns }: SagaTable): string {
  const names = columns.map((column) => pg.escapeIdentifier(column.name));
  const values = columns.map((column) => {
    const value = `t.${pg.escapeIdentifier(column.name)}`;
    if (column.name === key) return 'm.new_id';
    if (column.name === 'attributes') return attributes(value);
    if (column.type === 'text') return `replace(${value}, m.old_id, m.new_id)`;
    if (column.type.startsWith('timestamp') && !DUE.has(column.name)) return `${value} + m.shift`;
    if (column.type !== 'json' && column.type !== 'jsonb') return value;
    return `case when m.alive then replace(${value}::text, m.old_id, m.new_id)::${column.type} else ${value} end`;
  });
  return `
    insert into countermand.${name} (${names.join(', ')})
    select ${values.join(', ')} from million_map m join million_${name} t on t.${key} = m.old_id
    where m.n >= $1 and m.n < $2`;
}

/** Its own order, one of very many customers, one of three channels: rare, less rare, and had by nearly everybody. */
function attributes(value: string): string {
  return `case when ${value} ? 'orderId' then jsonb_build_object('orderId', m.new_id) else '{}' end
    || jsonb_build_object('customerId', m.customer, 'channel', m.channel)`;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
