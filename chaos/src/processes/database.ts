import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type PostgresServer, startPostgres } from '@countermand/dev-postgres';
import pg from 'pg';

/** The role of the documents, under which web and workers run. */
export const ROLE = 'countermand_app';

const SETTINGS = { max_connections: 200 };

/** PostgreSQL as the shop has it: started, killed and started again on the same port and data. */
export class ShopDatabase {
  readonly #dataDir: string;
  readonly #password: string;
  #server: PostgresServer;
  #pool: pg.Pool;
  /** When it answered again after the last time that it was down. */
  upSince = performance.now();

  private constructor(dataDir: string, password: string, server: PostgresServer) {
    this.#dataDir = dataDir;
    this.#password = password;
    this.#server = server;
    this.#pool = poolOf(server.url);
  }

  static async start(dataDir: string, password: string): Promise<ShopDatabase> {
    const server = await startPostgres({ dataDir, settings: SETTINGS });
    return new ShopDatabase(dataDir, password, server);
  }

  get port(): number {
    return this.#server.port;
  }

  /** As superuser: for migrations, and for looking in from outside. */
  get ownerUrl(): string {
    return this.#server.url;
  }

  /** As the documented role, at this port or at a proxy's. */
  appUrl(port = this.port): string {
    const url = new URL(this.ownerUrl);
    url.port = String(port);
    url.username = ROLE;
    url.password = this.#password;
    return url.href;
  }

  /** Asks from outside, past every proxy and pooler. */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, [...values])).rows;
  }

  /** Asks until the database answers. */
  async patientQuery<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    for (const endsAt = performance.now() + 60_000; ; await pause(50)) {
      try {
        return await this.query<Row>(text, values);
      } catch (error) {
        if (performance.now() > endsAt) throw error;
      }
    }
  }

  /** Makes the documented role; the shop's own tables are its to write as well. */
  async grantRole(): Promise<void> {
    await this.query(`${documentedRole()};
      alter role ${ROLE} password '${this.#password}';
      grant usage on schema checkout to ${ROLE};
      grant select, insert, update, delete on all tables in schema checkout to ${ROLE}`);
  }

  /** kill -9 of the postmaster. */
  kill(): void {
    process.kill(this.#server.pid, 'SIGKILL');
  }

  /** Starts it on the data that it had. */
  async restart(): Promise<void> {
    const { port } = this.#server;
    this.#server = await startPostgres({ dataDir: this.#dataDir, port, settings: SETTINGS });
    this.upSince = performance.now();
  }

  /** Starts it again if it has ended by itself, as its supervisor would. */
  async reviveIfDead(): Promise<boolean> {
    try {
      process.kill(this.#server.pid, 0);
      return false;
    } catch {
      await this.restart();
      return true;
    }
  }

  async stop(): Promise<void> {
    await this.#pool.end();
    await this.#server.stop();
  }
}

function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'chaos' });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The statements that `docs/operating.md` gives for a role that can't change the schema or history. */
function documentedRole(): string {
  const text = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
  const sql = /```sql\n([\s\S]*?)```/.exec(text)?.[1];
  if (sql === undefined) throw new Error('docs/operating.md has no SQL');
  return sql.replaceAll('countermand_app', ROLE);
}
