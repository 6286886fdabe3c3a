import { eventually } from '@countermand/test-kit';
import type { Pool } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PostgresRunner } from './postgres-runner.js';
import { jobSaga } from './test-support/job-saga.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { gate, keepingLogger, openRunner } from './test-support/open-runner.js';
import { swinging } from './test-support/swinging-saga.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

const isOver = ({ status }: { status: string }) => status === 'rest';

it('a worker whose lease was lost is told, and what it answers then is not waited for', async () => {
  const saga = jobSaga('zombie');
  const logger = keepingLogger();
  const [called, released, aborted] = [gate(), gate(), gate()];
  let attempts = 0;
  const runner = openRunner({
    connection: url,
    sagas: [saga],
    logger,
    adapters: {
      zombie: {
        work: async ({ attempt, signal }) => {
          attempts = attempt;
          if (attempt > 1) return { ok: 'second' };
          signal.addEventListener('abort', () => aborted.open());
          called.open();
          await released.opened;
          return { ok: 'zombie' };
        },
      },
    },
  });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  await called.opened;
  const pool = testPool(url);
  await outlastFirstLease(pool, () => attempts);
  const view = await runner.waitFor(id, isOver);
  expect(view.context).toMatchObject({ result: 'second' });
  await aborted.opened;
  released.open();
  await runner.stop();
  const { rows } = await pool.query(
    `select cause->'outcome'->'output' as output, cause->'attempts' as attempts from countermand.history
     where cause->>'type' = 'answer'`,
  );
  expect(rows).toEqual([{ output: { ok: 'second' }, attempts: 2 }]);
  expect(logger.lines.filter(({ message }) => message === 'lease lost')).toHaveLength(1);
});

/**
 * As if the worker had been suspended for longer than the lease of its first attempt. It hasn't, and may prolong the lease
 * before anybody looks: then it is ended once more, until there is a second attempt.
 */
async function outlastFirstLease(pool: Pool, attempts: () => number): Promise<void> {
  await eventually(async () => {
    if (attempts() > 1) return;
    await pool.query(
      `with over as (
         update countermand.outbox set due_at = now() - interval '1 s' where status = 'leased' and attempt = 1 returning 1
       )
       select pg_notify('countermand.countermand', '[]') from over`,
    );
    expect(attempts()).toBeGreaterThan(1);
  });
}

it('a zombie that answers before it learns that its lease was lost is refused', async () => {
  const saga = jobSaga('fenced');
  const logger = keepingLogger();
  let attempts = 0;
  const begun = [gate(), gate()];
  const released = [gate(), gate()];
  const runner = openRunner({
    connection: url,
    sagas: [saga],
    logger,
    adapters: {
      fenced: {
        work: async ({ attempt }) => {
          attempts = attempt;
          begun[attempt - 1]?.open();
          await released[attempt - 1]?.opened;
          return { ok: `attempt ${attempt}` };
        },
      },
    },
  });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  await begun[0]?.opened;
  await outlastFirstLease(testPool(url), () => attempts);
  await begun[1]?.opened;
  released[0]?.open();
  await eventually(() => {
    expect(logger.lines.map(({ message }) => message)).toContain('answer refused: the lease had been lost');
  });
  expect(await runner.get(id)).toMatchObject({ state: 'WORKING' });
  released[1]?.open();
  expect(await runner.waitFor(id, isOver)).toMatchObject({ context: { result: 'attempt 2' } });
  const answers = (await runner.history(id)).filter(({ cause }) => cause?.type === 'answer');
  expect(answers).toHaveLength(1);
});

it('a wake-up that is not the newest of its row is thrown away', async () => {
  const saga = jobSaga('stale');
  let calls = 0;
  const work = () => {
    calls += 1;
    return { ok: 'yes' };
  };
  const sender = openRunner({ connection: url, sagas: [saga] });
  const { id } = await sender.start(saga, { n: 1 });
  const pool = testPool(url);
  // Two more jobs for the same row: one of another delivery, one of a row that never was.
  await pool.query(
    `insert into countermand_boss.job (name, data, policy)
     select name, data || '{"delivery": "00000000-0000-4000-8000-000000000000"}', policy from countermand_boss.job
     union all select name, data || '{"key": "none:1"}', policy from countermand_boss.job`,
  );
  const worker = openRunner({ connection: url, sagas: [saga], adapters: { stale: { work } } });
  await worker.work();
  await worker.waitFor(id, isOver);
  await worker.stop();
  expect(calls).toBe(1);
});

describe('a message', () => {
  it('is applied once, however often it comes at once', async () => {
    const runner = openRunner({ connection: url, sagas: [trip] });
    const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
    const note = { type: 'NOTE', text: 'x' } as const;
    const sends = Array.from({ length: 20 }, () => runner.send(id, note, { messageId: 'm-1' }));
    const results = await Promise.all(sends);
    expect(results.filter(({ duplicate }) => !duplicate)).toEqual([{ outcome: 'applied', duplicate: false }]);
    expect(await runner.get(id)).toMatchObject({ context: { notes: 1 } });
  });

  it('is applied once by two processes that get it at once', async () => {
    const runners = [1, 2].map(() => openRunner({ connection: url, sagas: [trip] }));
    const [first] = runners;
    await first?.start(trip, { seat: 'A', amount: 1 }, { id: 'shared' });
    const note = { type: 'NOTE', text: 'x' } as const;
    const texts = Array.from({ length: 10 }, (_, index) => `m-${index}`);
    const sends = runners.flatMap((one) => texts.map((messageId) => one.send('shared', note, { messageId })));
    const results = await Promise.all(sends);
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(10);
    expect(await first?.get('shared')).toMatchObject({ context: { notes: 10 } });
    const seqs = ((await first?.history('shared')) ?? []).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it.each(['xstate.done.actor.reserve', 'xstate.after.TTL', 'NOPE'])(
    'of the type %s is refused',
    async (type) => {
      const runner: PostgresRunner = openRunner({ connection: url, sagas: [trip] });
      await runner.start(trip, { seat: 'A', amount: 1 }, { id: 'forged' });
      await expect(runner.send('forged', { type })).rejects.toMatchObject({ code: 'EVENT_NOT_DECLARED' });
      expect(await runner.history('forged')).toHaveLength(1);
    },
  );

  it.each([
    { what: 'a NUL', text: 'a\0b' },
    { what: 'a lone surrogate', text: '\ud800' },
    { what: 'what breaks its schema', text: 7 },
  ])('with $what in it is refused at the border', async ({ text }) => {
    const runner: PostgresRunner = openRunner({ connection: url, sagas: [trip] });
    await runner.start(trip, { seat: 'A', amount: 1 }, { id: 'bad' });
    await expect(runner.send('bad', { type: 'NOTE', text })).rejects.toMatchObject({ code: 'EVENT_INVALID' });
  });

  it('that nothing handles is ignored, with the reason', async () => {
    const runner = openRunner({ connection: url, sagas: [trip] });
    await runner.start(trip, { seat: 'A', amount: 1 }, { id: 'early-pay' });
    const sent = await runner.send('early-pay', { type: 'PAY' });
    expect(sent).toEqual({ outcome: 'ignored', reason: 'NOT_HANDLED', duplicate: false });
  });
});

describe('an override', () => {
  const act = { reason: 'by phone', actor: 'admin:eve' };

  it('that comes again under its id is told that it was made', async () => {
    const runner = openRunner({ connection: url, sagas: [swinging] });
    const { id } = await runner.start(swinging, undefined);
    const move = () => runner.override(id, { ...act, to: 'THERE', messageId: 'm-1' });
    expect(await move()).toEqual({ outcome: 'applied', duplicate: false });
    expect(await move()).toEqual({ outcome: 'applied', duplicate: true });
  });

  it('is judged by where the saga is, and not by where this process has left it', async () => {
    const [one, other] = [1, 2].map(() => openRunner({ connection: url, sagas: [swinging] }));
    if (!one || !other) throw new Error('two runners are needed');
    const { id } = await one.start(swinging, undefined);
    expect(await other.override(id, { ...act, to: 'THERE' })).toMatchObject({ outcome: 'applied' });
    expect(await one.override(id, { ...act, to: 'HERE' })).toMatchObject({ outcome: 'applied' });
    await expect(one.override(id, { ...act, to: 'HERE' })).rejects.toMatchObject({
      code: 'OVERRIDE_REFUSED',
    });
  });
});

it('what a process remembers of sagas goes with its connections: the next may lead to a database with another past', async () => {
  const pool = testPool(url);
  const runner = openRunner({ pool, sagas: [trip] });
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  await runner.send(id, { type: 'NOTE', text: 'x' });
  const admin = testPool(url, 1);
  // A replica has taken over without the last commits, and others have gone on there.
  await admin.query(`update countermand.saga set envelope = replace(envelope, '"notes":1', '"notes":5')`);
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await eventually(() => expect(pool.totalCount).toBe(0));
  await runner.send(id, { type: 'NOTE', text: 'x' });
  expect(await runner.get(id)).toMatchObject({ context: { notes: 6 } });
});

it('two workers on one database apply every step once', async () => {
  const workers = [1, 2].map(() => {
    const { adapters, calls } = tripAdapters();
    return { calls, runner: openRunner({ connection: url, sagas: [trip], adapters, followUp: false }) };
  });
  await Promise.all(workers.map(({ runner }) => runner.work()));
  const [first] = workers;
  const ids = Array.from({ length: 30 }, (_, index) => `both-${index}`);
  await Promise.all(ids.map((id) => first?.runner.start(trip, { seat: id, amount: 1 }, { id })));
  await Promise.all(ids.map((id) => first?.runner.waitFor(id, ({ state }) => state === 'RESERVED')));
  const calls = workers.flatMap(({ calls }) => calls.map(({ key }) => key));
  expect(calls.toSorted()).toEqual(ids.map((id) => `${id}:reserve:1`).toSorted());
});
