import { realpathSync } from 'node:fs';
import pg from 'pg';

/** The address of the database `postgres` on a server of ours. */
export function urlOf(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

/** Opens a connection, hands it to `use`, and closes it whatever happens. */
export async function withClient<Result>(
  url: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // Without a listener, a connection that the server ends would end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Says whether the server at this address answers queries and serves exactly this data directory. */
export async function answersFor(url: string, dataDir: string): Promise<boolean> {
  try {
    return await withClient(url, async (client) => {
      const { rows } = await client.query<{ data_directory: string }>('show data_directory');
      const served = rows[0]?.data_directory;
      return served !== undefined && realpathSync(served) === dataDir;
    });
  } catch {
    return false;
  }
}
