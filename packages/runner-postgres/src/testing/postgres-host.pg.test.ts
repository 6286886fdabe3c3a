import { createEmptyDatabase } from '@countermand/dev-postgres';
import { notLanded } from '@countermand/saga-core';
import type { HostRequest } from '@countermand/saga-core/testing';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { schemaNames } from '../db/schema-name.js';
import { ticket } from '../test-support/ticket-saga.js';
import { postgresHost } from './postgres-host.js';

const { url } = await createEmptyDatabase();

const request = (run: () => unknown = () => ({})): HostRequest => ({
  sagas: [ticket],
  adapters: { holdSeat: { run, probe: () => notLanded() }, freeSeat: () => ({}) },
  publishes: [],
  held: () => 0,
});

async function openClient(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function schemasOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname like 'countermand%' order by 1`,
  );
  return rows.map(({ name }) => name);
}

test('a test has its tables to itself, hours pass at once, and nothing is left of it', async () => {
  const client = await openClient();
  const createHost = postgresHost({ databaseUrl: url });
  const [one, other] = await Promise.all([createHost(request()), createHost(request())]);
  expect(await schemasOf(client)).toHaveLength(4);
  const { id } = await one.runner.start(ticket, undefined, { id: 'the-same' });
  expect(await other.runner.get(id)).toBeUndefined();
  await one.settle();
  await one.advance(600_000);
  expect(await one.runner.get(id)).toMatchObject({ state: 'over', openObligations: [] });
  await Promise.all([one.close(), other.close()]);
  expect(await schemasOf(client)).toEqual([]);
});

test('what a killed run has left is dropped by the next, and nothing else', async () => {
  const client = await openClient();
  const abandoned = schemaNames('countermand_test_0123456789abcdef');
  const alive = schemaNames('countermand_test_fedcba9876543210');
  const foreign = 'countermand_test_results';
  for (const name of [abandoned.ours, abandoned.boss, alive.ours, foreign])
    await client.query(`create schema ${name}`);
  // Whoever has made them still runs.
  await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [alive.plain]);
  const host = await postgresHost({ databaseUrl: url })(request());
  await host.close();
  expect(await schemasOf(client)).toEqual([alive.plain, foreign]);
  await client.query(`drop schema ${alive.ours}; drop schema ${foreign}`);
});

test('an adapter that never answers ends the wait with what is left', async () => {
  const createHost = postgresHost({ databaseUrl: url, settleTimeoutMs: 50 });
  const host = await createHost(request(() => new Promise(() => undefined)));
  onTestFinished(() => host.close());
  await host.runner.start(ticket, undefined);
  await expect(host.settle()).rejects.toMatchObject({
    code: 'WAIT_TIMED_OUT',
    message: expect.stringContaining('1 attempts under way'),
  });
});

test('a database that cannot be reached, and none at all, are told in one line', async () => {
  expect(() => postgresHost({ databaseUrl: undefined })).toThrow(
    'postgresHost needs databaseUrl; set DATABASE_URL and pass it on',
  );
  const nowhere = new URL(url);
  nowhere.pathname = '/nowhere';
  const createHost = postgresHost({ databaseUrl: nowhere.href });
  await expect(createHost(request())).rejects.toMatchObject({
    code: 'SETTING_INVALID',
    message: expect.stringMatching(/^no tables for a test at databaseUrl: database "nowhere" does not exist/),
  });
});
