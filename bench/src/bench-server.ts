import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type PostgresServer, startPostgres } from '@countermand/dev-postgres';
import pg from 'pg';

/** The same for everybody; what isn't here is PostgreSQL's default. */
const SERVER_SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '512MB',
  max_connections: 200,
} as const;

/** A PostgreSQL for one run, whose data goes when it stops. */
export class BenchServer {
  readonly #server: PostgresServer;
  #databases = 0;

  private constructor(server: PostgresServer) {
    this.#server = server;
  }

  /** Starts it on an empty directory, with further settings where a scenario needs them. */
  static async start(more: Readonly<Record<string, string>> = {}): Promise<BenchServer> {
    // By this name what a killed run left behind is found again.
    const dataDir = path.join(
      os.tmpdir(),
      `countermand-postgres-${process.pid}-${randomBytes(4).toString('hex')}`,
    );
    return new BenchServer(await startPostgres({ dataDir, settings: { ...SERVER_SETTINGS, ...more } }));
  }

  /** Of the postmaster. */
  get pid(): number {
    return this.#server.pid;
  }

  /** Hands an empty database to `use`, and removes it whatever happens. */
  async withDatabase<Result>(use: (url: string) => Promise<Result>): Promise<Result> {
    this.#databases += 1;
    const name = `bench_${this.#databases}`;
    await this.query(`create database ${name} template template0`);
    const url = new URL(this.#server.url);
    url.pathname = `/${name}`;
    try {
      return await use(url.href);
    } finally {
      await this.query(`drop database if exists ${name} with (force)`);
    }
  }

  /** One statement on the server itself. */
  async query<Row extends pg.QueryResultRow>(statement: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.#server.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#server.dataDir, { recursive: true, force: true });
  }
}
