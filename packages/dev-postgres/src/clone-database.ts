import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { withClient } from './ask-server.ts';
import { currentTestRun } from './test-run.ts';

/** A database that belongs to one test file. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it and cuts off whoever is still connected. What isn't dropped goes with the end of the run. */
  drop(): Promise<void>;
}

/** Which template to clone, and how it comes about. */
export interface CloneDatabaseOptions {
  /** Its name within the test run. Whoever uses the same name must prepare the same thing. */
  readonly template: string;
  /** Fills the template, once in a test run. Must have closed its connections when it returns. */
  readonly prepare: (url: string) => Promise<void>;
}

/**
 * Makes a copy of a prepared database: for each test file one of its own, without migrating each time.
 *
 * The template is made by the first who asks, the other test workers wait for it. When `prepare` throws, the
 * error is the caller's, and the next caller tries again.
 */
export async function cloneDatabase(options: CloneDatabaseOptions): Promise<TestDatabase> {
  const { serverUrl, prefix } = currentTestRun();
  const template = prefix + createHash('sha256').update(options.template).digest('hex').slice(0, 12);
  await withClient(serverUrl, async (client) => {
    // A session lock, released with the connection: it makes the workers of this run take turns.
    await client.query('select pg_advisory_lock(hashtext($1))', [template]);
    await prepareTemplate(client, template, options.prepare);
  });
  return await createDatabase(template);
}

/** Makes an empty database. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return await createDatabase('template0');
}

async function prepareTemplate(
  client: pg.Client,
  template: string,
  prepare: (url: string) => Promise<void>,
): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [template]);
  if (rowCount) return;
  // Takes its final name when it is ready: a template whose preparation failed or was killed is never cloned.
  const unfinished = await createDatabase('template0');
  try {
    await prepare(unfinished.url);
    const { pathname } = new URL(unfinished.url);
    await client.query(`alter database ${pg.escapeIdentifier(pathname.slice(1))} rename to ${template}`);
  } catch (error) {
    await unfinished.drop();
    throw error;
  }
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const { serverUrl, prefix } = currentTestRun();
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  await withClient(serverUrl, (client) => client.query(`create database ${name} template ${template}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await withClient(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}
