import { defineSaga, later } from '@countermand/saga-core';
import { eventually } from '@countermand/test-kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { barrierPool } from './test-support/barrier-pool.js';
import { changing1, changing2, silent2 } from './test-support/changing-saga.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { gate, keepingLogger, openRunner } from './test-support/open-runner.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

const LEFT_ALONE = 'sagas of a version that is unknown here are left to workers that know it';
const said = (logger: ReturnType<typeof keepingLogger>) => logger.lines.map(({ message }) => message);
const ok = () => ({ ok: 'yes' });

describe('a saga that moved while a worker of the old version carried its step out', () => {
  it('takes that answer in the new version, and no other attempt is made', async () => {
    const [called, released] = [gate(), gate()];
    const logger = keepingLogger();
    const old = openRunner({
      connection: url,
      sagas: [changing1],
      logger,
      adapters: {
        changing: {
          work: async () => {
            called.open();
            await released.opened;
            return { ok: 'from the old worker' };
          },
        },
      },
    });
    await old.work();
    const { id } = await old.start(changing1, { n: 1 });
    await called.opened;
    let calls = 0;
    const work = () => {
      calls += 1;
      return ok();
    };
    const young = openRunner({
      connection: url,
      sagas: [changing1, changing2],
      adapters: { changing: { work } },
    });
    await young.work();
    expect(await young.upgrade(id, { actor: 'admin' })).toEqual({ outcome: 'upgraded' });
    released.open();
    const view = await young.waitFor(id, ({ state }) => state === 'READY');
    expect(view).toMatchObject({
      version: 2,
      context: { moved: 1 },
      steps: [{ attempts: 1, status: 'done' }],
    });
    expect(calls).toBe(0);
    expect(said(logger)).toContain(LEFT_ALONE);
    expect(said(logger)).not.toContain('answer refused: the lease had been lost');
  });

  it('takes a later answer that a process of the old version was given', async () => {
    const old = openRunner({ connection: url, sagas: [changing1] });
    const young = openRunner({
      connection: url,
      sagas: [changing1, changing2],
      adapters: { changing: { work: () => later() } },
    });
    await young.work();
    const { id } = await young.start(changing1, { n: 1 });
    await young.waitFor(id, ({ steps }) => steps[0]?.status === 'awaiting');
    await young.upgrade(id, { actor: 'admin' });
    expect(await old.answer(`${id}:job:1`, { output: ok() })).toMatchObject({ outcome: 'accepted' });
    expect(await young.waitFor(id, ({ state }) => state === 'READY')).toMatchObject({ version: 2 });
  });
});

it('an answer that comes on the heels of an upgrade, in one batch with it, reaches the saga', async () => {
  const barrier = barrierPool(url);
  const [called, released] = [gate(), gate()];
  const runner = openRunner({
    pool: barrier.pool,
    sagas: [changing1, changing2],
    adapters: {
      changing: {
        work: async () => {
          called.open();
          await released.opened;
          return { ok: 'yes' };
        },
      },
    },
  });
  await runner.work();
  const { id } = await runner.start(changing1, { n: 1 });
  await called.opened;
  // While this batch is held, what comes now waits for it, and travels together.
  const held = barrier.hold(/the-other/);
  const other = runner.start(changing1, { n: 2 }, { id: 'the-other' });
  await held.reached;
  const upgraded = runner.upgrade(id, { actor: 'admin' });
  for (let look = 0; look < 10; look += 1) await runner.get(id);
  released.open();
  for (let look = 0; look < 10; look += 1) await runner.get(id);
  held.open();
  expect(await upgraded).toEqual({ outcome: 'upgraded' });
  await other;
  expect(await runner.waitFor(id, ({ state }) => state === 'READY')).toMatchObject({
    version: 2,
    steps: [{ status: 'done', attempts: 1 }],
  });
});

describe('a worker that does not know a version', () => {
  it('makes no attempt and counts none, and says so; whoever knows it goes on', async () => {
    const starter = openRunner({ connection: url, sagas: [changing2] });
    const { id } = await starter.start(changing2, { n: 1 });
    const logger = keepingLogger();
    const old = openRunner({
      connection: url,
      sagas: [changing1],
      logger,
      adapters: { changing: { work: () => Promise.reject(new Error('nobody asked')) } },
    });
    await old.work();
    await eventually(() => expect(said(logger)).toContain(LEFT_ALONE));
    expect(await old.get(id)).toMatchObject({
      status: 'running',
      steps: [{ attempts: 0, status: 'pending' }],
    });
    await expect(old.override(id, { to: 'DONE', reason: 'now', actor: 'admin' })).rejects.toMatchObject({
      code: 'SAGA_UNKNOWN',
    });
    const young = openRunner({ connection: url, sagas: [changing2], adapters: { changing: { work: ok } } });
    await young.work();
    expect(await young.waitFor(id, ({ state }) => state === 'READY')).toMatchObject({
      steps: [{ attempts: 1 }],
    });
  });

  it('fires no timer of it, however long that is due; whoever knows it does', async () => {
    const adapters = { changing: { work: ok } };
    const young = openRunner({ connection: url, sagas: [changing2], adapters });
    await young.work();
    const { id } = await young.start(changing2, { n: 1 });
    await young.waitFor(id, ({ state }) => state === 'READY');
    await young.stop();
    const old = openRunner({ connection: url, sagas: [changing1], adapters });
    await old.work();
    const own = await old.start(changing1, { n: 1 });
    await old.waitFor(own.id, ({ state }) => state === 'WAITING');
    await testPool(url).query(
      `update countermand.outbox set due_at = now() - interval '1 h' where kind = 'timer'`,
    );
    // The sweep that found the timer of this one has seen the other, too.
    await old.waitFor(own.id, ({ state }) => state === 'FAILED');
    expect(await old.get(id)).toMatchObject({ state: 'READY', timers: [{}] });
    const knowing = openRunner({ connection: url, sagas: [changing2], adapters });
    await knowing.work();
    await knowing.waitFor(id, ({ state }) => state === 'FAILED');
  });
});

it('two versions start side by side in one process, and each goes on in its own', async () => {
  const runner = openRunner({
    connection: url,
    sagas: [changing1, changing2],
    adapters: { changing: { work: ok } },
  });
  await runner.work();
  const first = await runner.start(changing1, { n: 1 });
  const second = await runner.start(changing2, { n: 1 });
  expect(await runner.waitFor(first.id, ({ state }) => state === 'WAITING')).toMatchObject({ version: 1 });
  expect(await runner.waitFor(second.id, ({ state }) => state === 'READY')).toMatchObject({ version: 2 });
});

it('a definition of the same version with another structure does not start, and says what differs', async () => {
  await openRunner({ connection: url, sagas: [changing1] }).ready();
  const other = defineSaga({ ...silent2, version: 1 } as never);
  await expect(openRunner({ connection: url, sagas: [other] }).work()).rejects.toMatchObject({
    code: 'FINGERPRINT_MISMATCH',
    message: expect.stringMatching(/give this one a new version.*\+ state READY/s),
  });
});

describe('many sagas', () => {
  const ids = Array.from({ length: 60 }, (_, index) => `many-${index}`);

  async function waitingOnes() {
    const runner = openRunner({ connection: url, sagas: [changing1], adapters: { changing: { work: ok } } });
    await runner.work();
    await Promise.all(ids.map((id) => runner.start(changing1, { n: 1 }, { id })));
    await Promise.all(ids.map((id) => runner.waitFor(id, ({ state }) => state === 'WAITING')));
    return runner;
  }

  it('move once each, by two processes at once and with events in between, and none is lost', async () => {
    const old = await waitingOnes();
    const movers = [1, 2].map(() => openRunner({ connection: url, sagas: [changing1, changing2] }));
    await Promise.all(movers.map((mover) => mover.work()));
    const sent = ids.slice(0, 20).map((id) => old.send(id, { type: 'GO' }));
    const reports = await Promise.all(
      movers.map((mover) => mover.upgradeAll(changing2, { actor: 'admin', includeSettled: true })),
    );
    await Promise.all(sent);
    const [mover] = movers;
    for (const id of ids.slice(0, 20)) await mover?.waitFor(id, ({ state }) => state === 'DONE');
    expect(reports.map(({ refused, parked }) => refused + parked)).toEqual([0, 0]);
    const { rows } = await testPool(url).query(
      `select count(distinct saga_id)::int as sagas, count(*)::int as lines from countermand.history
       where event = 'upgrade' and outcome = 'applied'`,
    );
    expect(rows).toEqual([{ sagas: 60, lines: 60 }]);
    expect(await mover?.diff(changing2, { includeSettled: true })).toMatchObject({ counts: { same: 60 } });
  });

  it('go on where an upgrade that was interrupted had left them', async () => {
    await waitingOnes();
    const mover = openRunner({ connection: url, sagas: [changing1, changing2] });
    const stopping = new AbortController();
    stopping.abort();
    expect(await mover.upgradeAll(changing2, { actor: 'admin', signal: stopping.signal })).toMatchObject({
      upgraded: 0,
    });
    await mover.upgrade('many-7', { actor: 'admin' });
    expect(await mover.upgradeAll(changing2, { actor: 'admin' })).toMatchObject({ upgraded: 59, refused: 0 });
  });

  it('stay what they are where the new version says nothing of theirs', async () => {
    await waitingOnes();
    const silent = openRunner({ connection: url, sagas: [silent2] });
    const diff = await silent.diff({ name: 'changing' });
    expect(diff).toMatchObject({
      definition: 'known',
      counts: { same: 0, 'can-move': 0, 'needs-mapping': 60, unsafe: 0 },
      groups: [{ from: 1, state: 'WAITING', verdict: 'needs-mapping', count: 60 }],
    });
    expect(diff.groups[0]?.reasons).toEqual([
      "'migrate' says nothing of version 1; { 1: {} } says that nothing has to be mapped",
      "state 'WAITING' is none of this version; say in 'states' where it went",
    ]);
    const report = await silent.upgradeAll({ name: 'changing' }, { actor: 'admin' });
    expect(report).toMatchObject({ upgraded: 0, refused: 60, parked: 0, reasons: [{ count: 60 }] });
    expect(await silent.get('many-0')).toMatchObject({ version: 1, status: 'running' });
  });
});
