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
  static readonly #running = new Set<BenchServer>();
  readonly #server: PostgresServer;
  #databases = 0;

  private constructor(server: PostgresServer) {
    this.#server = server;
    BenchServer.#running.add(this);
  }

  /** Stops those that run, and removes their data: for a run that is broken off. */
  static async stopAll(): Promise<void> {
    await Promise.all([...BenchServer.#running].map((server) => server.stop()));
  }

  /** Starts it on an empty directory; a scenario may need further settings, or something in its environment. */
  static async start(
    more: Readonly<Record<string, string>> = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<BenchServer> {
    // By this name what a killed run left behind is found again.
    const dataDir = path.join(
      os.tmpdir(),
      `countermand-postgres-${process.pid}-${randomBytes(4).toString('hex')}`,
    );
    const before = { ...process.env };
    // The server inherits this process's environment; whoever is started afterwards must not.
    Object.assign(process.env, environment);
    try {
      return new BenchServer(await startPostgres({ dataDir, settings: { ...SERVER_SETTINGS, ...more } }));
    } finally {
      for (const name of Object.keys(environment)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
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
    return await this.queryIn<Row>(this.#server.url, statement);
  }

  /** One statement in one of its databases. */
  async queryIn<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    BenchServer.#running.delete(this);
    await this.#server.stop();
    rmSync(this.#server.dataDir, { recursive: true, force: true });
  }
}
