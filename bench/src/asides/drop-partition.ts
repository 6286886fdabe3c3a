// What it would give if history could be dropped by its age: the oldest third of a copy of it, once deleted from one
// table saga by saga, as `countermand prune` does it, and once dropped as a partition by time.
//   pnpm bench:partitions
import pg from 'pg';
import { BenchServer } from '../bench-server.ts';
import { contenderNamed } from '../contenders.ts';
import { DriverHandle } from '../driver-handle.ts';

/** Lines in each of the two copies, about. */
const LINES = 600_000;
/** Each partition has so many days; there are three. */
const DAYS = 30;
/** Sagas whose lines are deleted in one transaction. */
const AT_ONCE = 500;

const server = await BenchServer.start();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void BenchServer.stopAll().finally(() => process.exit(1)));
}
try {
  await server.withDatabase(async (url) => {
    await runSagas(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await compare(client);
    } finally {
      await client.end();
    }
  });
} finally {
  await server.stop();
}

/** Lines as the runner writes them. */
async function runSagas(url: string): Promise<void> {
  const driver = await DriverHandle.open(contenderNamed('countermand'), { url });
  await driver.loop({ inFlight: 100, seconds: 4 });
  await driver.close();
}

async function compare(client: pg.Client): Promise<void> {
  await client.query('create schema copies');
  await client.query('create table copies.whole (like countermand.history including defaults)');
  await client.query(
    'create table copies.parted (like countermand.history including defaults) partition by range (at)',
  );
  for (const month of [0, 1, 2]) {
    await client.query(
      `create table copies.parted_${month} partition of copies.parted for values
         from (timestamptz '2026-01-01' + interval '${month * DAYS} days')
         to (timestamptz '2026-01-01' + interval '${(month + 1) * DAYS} days')`,
    );
  }
  await fill(client);
  await client.query('alter table copies.whole add primary key (saga_id, seq)');
  // A key of a partitioned table has the column in it by which it is parted: no two lines may differ in that alone.
  await client.query('alter table copies.parted add primary key (saga_id, seq, at)');
  await client.query('vacuum analyze copies.whole, copies.parted');
  await client.query('checkpoint');

  const deleted = await timed(client, () => deleteOldest(client));
  const vacuumed = await timed(client, () => client.query('vacuum copies.whole'));
  const whole = await megabytes(client, ['copies.whole']);
  const dropped = await timed(client, () => client.query('drop table copies.parted_0'));
  const parted = await megabytes(client, ['copies.parted_1', 'copies.parted_2']);
  const { rows } = await client.query<{ whole: number; parted: number }>(
    'select (select count(*)::int from copies.whole) as whole, (select count(*)::int from copies.parted) as parted',
  );
  const [left] = rows;
  if (!left || left.whole !== left.parted) throw new Error('the two copies have not lost the same lines');
  process.stdout.write(
    [
      `${deleted.answer} lines deleted in ${tell(deleted)}; vacuum ${tell(vacuumed)}; ${whole} MB are left`,
      `as a partition they were dropped in ${tell(dropped)}; ${parted} MB are left`,
      '',
    ].join('\n'),
  );
}

/** Both copies, of the same lines: whole sagas, one after the other over three months. */
async function fill(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'countermand' and table_name = 'history' and is_generated = 'NEVER'
     order by ordinal_position`,
  );
  const names = rows.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  const values = rows.map(({ name }) => {
    if (name === 'saga_id') return `c.n || '-' || h.saga_id`;
    if (name === 'at') return `timestamptz '2026-01-01' + c.n * interval '${3 * DAYS} days' / c.copies`;
    return `h.${pg.escapeIdentifier(name)}`;
  });
  await client.query(`
    insert into copies.whole (${names})
    select ${values.join(', ')}
    from (select n, copies from
        (select greatest(3, 3 * round(${LINES} / 3.0 / count(*)))::int as copies from countermand.history) t,
        generate_series(0, copies - 1) n) c
      cross join countermand.history h
    order by c.n, h.saga_id, h.seq`);
  await client.query(`insert into copies.parted (${names}) select ${names} from copies.whole`);
}

/** @returns how many lines are gone */
async function deleteOldest(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ id: string }>('select distinct saga_id as id from copies.parted_0');
  let lines = 0;
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const ids = rows.slice(from, from + AT_ONCE).map(({ id }) => id);
    const answer = await client.query('delete from copies.whole where saga_id = any($1::text[])', [ids]);
    lines += answer.rowCount ?? 0;
  }
  return lines;
}

interface Timed<Answer> {
  readonly answer: Answer;
  readonly seconds: number;
  /** Of the log. */
  readonly megabytes: number;
}

async function timed<Answer>(client: pg.Client, act: () => Promise<Answer>): Promise<Timed<Answer>> {
  const before = await logged(client);
  const since = performance.now();
  const answer = await act();
  const seconds = (performance.now() - since) / 1_000;
  return { answer, seconds, megabytes: ((await logged(client)) - before) / 1e6 };
}

function tell({ seconds, megabytes: log }: Timed<unknown>): string {
  const time = seconds < 1 ? `${(seconds * 1_000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
  return `${time} with ${log.toFixed(1)} MB of log`;
}

async function logged(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as bytes`,
  );
  return Number(rows[0]?.bytes);
}

async function megabytes(client: pg.Client, tables: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    'select sum(pg_total_relation_size(name::regclass))::text as bytes from unnest($1::text[]) name',
    [tables],
  );
  return Math.round(Number(rows[0]?.bytes) / 1e6);
}
