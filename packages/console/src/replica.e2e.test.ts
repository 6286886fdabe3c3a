import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type PostgresServer, startPostgres, startReplica } from '@countermand/dev-postgres';
import { openReplica, type SagaReplica } from '@countermand/runner-postgres';
import { eventually } from '@countermand/test-kit';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createConsole } from './index.js';
import { type OrderDesk, openOrderDesk, order } from './test-support/order-desk.js';
import type { SagaAnswer, SagasAnswer } from './wire.js';

const closers: (() => Promise<unknown>)[] = [];
let desk: OrderDesk;
let replica: SagaReplica;
let standby: pg.Client;
let replicaUrl: string;
beforeAll(async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'console-replica-'));
  const started = (server: PostgresServer) => {
    closers.unshift(async () => {
      await server.stop();
      // As root it isn't where it was asked to be.
      await rm(server.dataDir, { recursive: true, force: true });
    });
    return server;
  };
  closers.unshift(() => rm(folder, { recursive: true, force: true }));
  const settings = { fsync: 'off', wal_keep_size: '256MB' };
  const primary = started(await startPostgres({ dataDir: path.join(folder, 'primary'), settings }));
  const copy = started(await startReplica(primary, path.join(folder, 'replica')));
  replicaUrl = copy.url;
  replica = openReplica({ connection: replicaUrl, sagas: [order] });
  closers.unshift(() => replica.stop());
  standby = new pg.Client({ connectionString: copy.url });
  await standby.connect();
  closers.unshift(() => standby.end());
  desk = await openOrderDesk(primary.url, { lists: replica.inspect });
  closers.unshift(() => desk.close());
});
afterAll(async () => {
  for (const close of closers) await close();
});

const ask = async (place: string) => {
  const answer = await desk.console.fetch(new Request(`http://localhost/console/api/${place}`));
  return (await answer.json()) as unknown;
};
const listed = async () => ((await ask('sagas')) as SagasAnswer).items.map(({ id }) => id);

it('lists and counts come from the replica, one saga and what is done to it from the primary', async () => {
  await desk.place('order-1');
  await eventually(async () => expect(await listed()).toEqual(['order-1']));
  await standby.query('select pg_wal_replay_pause()');
  await desk.place('order-2');
  expect(await listed()).toEqual(['order-1']);
  expect((await replica.inspect.states(order)).counted).toBe(1);
  expect(((await ask('sagas/order-2')) as SagaAnswer).view.id).toBe('order-2');
  await eventually(async () => expect(await replica.lagMs()).toBeGreaterThan(0));
  await standby.query('select pg_wal_replay_resume()');
  await eventually(async () => expect(await listed()).toEqual(['order-2', 'order-1']));
});

it('a console beside a primary and a replica is made so', async () => {
  const { runner } = desk;
  const authorize = () => ({ name: 'ops:jane', may: ['read' as const] });
  //#region replica
  const replica = openReplica({ connection: replicaUrl, sagas: [order] });
  const console = createConsole({ runner, lists: replica.inspect, authorize });
  //#endregion replica
  const answer = await console.fetch(new Request('http://localhost/console/api/machines'));
  expect(answer.status).toBe(200);
  await replica.stop();
});

it('a saga is told from the replica, too; nothing can be written there', async () => {
  await eventually(async () =>
    expect((await replica.inspect.tell('order-1'))?.entries[0]?.event).toBe('start'),
  );
  await expect(standby.query('delete from countermand.saga')).rejects.toThrow('read-only');
});
