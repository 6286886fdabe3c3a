import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

const TICKS_PER_SECOND = 100;

/** What the server has used so far; differences of two mean something. */
export interface ServerUsage {
  readonly cpuSeconds: number;
  readonly walBytes: number;
  readonly commits: number;
  readonly databaseBytes: number;
}

/** Reads what a server has used: its processes' CPU time from /proc, the rest by SQL. */
export async function readServerUsage(url: string, pid: number): Promise<ServerUsage> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ wal: string; commits: string; bytes: string }>(
    `select pg_current_wal_insert_lsn() - '0/0' as wal, xact_commit as commits,
       pg_database_size(current_database()) as bytes
     from pg_stat_database where datname = current_database()`,
  );
  await client.end();
  const [row] = rows;
  return {
    cpuSeconds: cpuSecondsOf(pid),
    walBytes: Number(row?.wal),
    commits: Number(row?.commits),
    databaseBytes: Number(row?.bytes),
  };
}

/** CPU time of a process and its children, ended ones included. */
export function cpuSecondsOf(pid: number): number {
  const own = statOf(pid);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = statOf(Number(name));
      return stat?.parent === pid ? [stat.ticks] : [];
    });
  const ticks = (own?.ticks ?? 0) + (own?.childTicks ?? 0) + children.reduce((sum, one) => sum + one, 0);
  return ticks / TICKS_PER_SECOND;
}

function statOf(pid: number): { parent: number; ticks: number; childTicks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return {
      parent: fields[1] ?? 0,
      ticks: (fields[11] ?? 0) + (fields[12] ?? 0),
      childTicks: (fields[13] ?? 0) + (fields[14] ?? 0),
    };
  } catch {
    return undefined;
  }
}
