import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { freshDatabase } from '../test-support/migrated-database.js';
import { gate } from '../test-support/open-runner.js';
import { Database } from './database.js';
import { failureKind } from './failure-kind.js';
import { schemaNames } from './schema-name.js';

const sent = [
  { pipeline: false, what: 'one at a time' },
  { pipeline: true, what: 'together' },
];

it.each(sent)(
  'statements that are sent $what do nothing behind one that failed, not even after the rollback',
  async ({ pipeline }) => {
    const { database, rowsKept } = await withTable(pipeline);
    const all = database.transaction(async (session) => {
      const failing = session.query('select 1/0');
      await Promise.all([failing, ...Array.from({ length: 8 }, () => session.query(INSERT))]);
    });
    await expect(all).rejects.toThrow('division by zero');
    expect(await rowsKept()).toBe(0);
  },
);

it.each(sent)(
  'statements that are sent $what do nothing once their transaction was given up',
  async ({ pipeline }) => {
    const { database, rowsKept } = await withTable(pipeline);
    let late: Promise<unknown> = Promise.resolve();
    const all = database.transaction((session) => {
      const others = Array.from({ length: 8 }, () => session.query(INSERT));
      late = Promise.allSettled(others).then(() => session.query(INSERT));
      late.catch(() => undefined);
      return Promise.reject(new Error('given up'));
    });
    await expect(all).rejects.toThrow('given up');
    await expect(late).rejects.toThrow();
    expect(await rowsKept()).toBe(0);
  },
);

it.each(sent)(
  'where statements are sent $what, a prepared one that was lost is the error, and the next try does without',
  async ({ pipeline }) => {
    const { database } = await withTable(pipeline);
    const once = () => database.transaction((session) => session.query('select 1', [], { isPrepared: true }));
    await once();
    await database.query('deallocate all');
    const error: unknown = await once().catch((thrown: unknown) => thrown);
    expect(failureKind(error)).toBe('conflict');
    expect(await once()).toHaveLength(1);
  },
);

it.each(sent)(
  'where statements are sent $what, a process that took too long in between is told so, not that a connection broke',
  async ({ pipeline }) => {
    const ended = gate();
    const { database } = await withTable(pipeline, ended.open);
    const error: unknown = await database
      .transaction(async (session) => {
        await session.query(`set local idle_in_transaction_session_timeout = '50ms'`);
        await ended.opened;
        return await session.query('select 1');
      })
      .catch((thrown: unknown) => thrown);
    expect(failureKind(error)).toBe('slow');
    expect(await database.transaction((session) => session.query('select 1'))).toHaveLength(1);
  },
);

const INSERT = 'insert into public.kept values (1)';

async function withTable(pipeline: boolean, onError: () => void = () => undefined) {
  const { url } = await freshDatabase();
  const pool = new pg.Pool({ connectionString: url, max: 1, pipeline } as pg.PoolConfig);
  onTestFinished(() => pool.end());
  await pool.query('create table public.kept (n int)');
  onTestFinished(() => pool.query('drop table public.kept').then(() => undefined));
  const database = new Database(pool, schemaNames('countermand'), onError);
  const rowsKept = async () => {
    // The one connection answers when everything before it has ended.
    for (let turn = 0; turn < 20; turn += 1) await database.query('select 1');
    return (await pool.query('select from public.kept')).rowCount;
  };
  return { database, rowsKept };
}
