import type { TestDatabase } from '@countermand/dev-postgres';
import { beforeEach, describe, expect, it } from 'vitest';
import { changing1, changing2 } from './test-support/changing-saga.js';
import { ownDatabase } from './test-support/migrated-database.js';
import { keepingLogger, openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';
import { watchedPool } from './test-support/watched-pool.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await ownDatabase();
});

const ids = Array.from({ length: 200 }, (_, index) => `trip-${index}`);
const POISONED = 'trip-77';

async function twoHundredSagas() {
  const watched = watchedPool(database.url);
  const runner = openRunner({ pool: watched.pool, sagas: [trip] });
  await Promise.all(ids.map((id) => runner.start(trip, { seat: id, amount: 1 }, { id })));
  watched.commits = 0;
  return { watched, runner };
}

describe('200 concurrent sends to 200 sagas', () => {
  it('take a handful of commits', async () => {
    const { watched, runner } = await twoHundredSagas();
    const results = await Promise.all(ids.map((id) => runner.send(id, { type: 'NOTE', text: 'x' })));
    expect(results).toEqual(ids.map(() => ({ outcome: 'applied', duplicate: false })));
    expect(watched.commits).toBeGreaterThan(0);
    expect(watched.commits).toBeLessThanOrEqual(3);
  });

  it('with one whose guard throws: 199 are applied, that one is parked, in at most 20 commits', async () => {
    const { watched, runner } = await twoHundredSagas();
    const results = await Promise.all(
      ids.map((id) => runner.send(id, id === POISONED ? { type: 'EXPLODE' } : { type: 'NOTE', text: 'x' })),
    );
    expect(watched.commits).toBeLessThanOrEqual(20);
    expect(results.filter(({ outcome }) => outcome === 'applied')).toHaveLength(199);
    expect(await runner.get(POISONED)).toMatchObject({
      status: 'parked',
      parked: [{ code: 'DECIDE_FAILED', message: expect.stringContaining('this guard always throws') }],
    });
  });

  it('with one that the database refuses: 199 are applied, its sender gets the error, in at most 20 commits', async () => {
    const { watched, runner } = await twoHundredSagas();
    await refuseHistoryOf(watched, POISONED);
    const results = await Promise.allSettled(ids.map((id) => runner.send(id, { type: 'NOTE', text: 'x' })));
    expect(watched.commits).toBeLessThanOrEqual(20);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(199);
    expect(results[77]).toMatchObject({ reason: { message: 'history of trip-77 is refused' } });
    expect(await runner.history(POISONED)).toHaveLength(1);
    expect(await runner.history('trip-78')).toMatchObject([{ seq: 1 }, { seq: 2, event: 'NOTE' }]);
  });
});

it('several events of one saga are folded in order of arrival: one write, a history row each', async () => {
  const { watched, runner } = await twoHundredSagas();
  const texts = Array.from({ length: 20 }, (_, index) => `${index}`);
  await Promise.all(texts.map((text) => runner.send('trip-1', { type: 'NOTE', text })));
  const { rows } = await watched.pool.query(`select revision from countermand.saga where id = 'trip-1'`);
  expect(rows[0].revision).toBeLessThanOrEqual(4);
  const history = (await runner.history('trip-1')).filter(({ event }) => event === 'NOTE');
  expect(history.map(({ cause }) => (cause?.type === 'event' ? cause.event['text'] : ''))).toEqual(texts);
  expect(history.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 2));
});

describe('a commit whose answer is lost', () => {
  it('makes no second saga, and tells its caller that it was made', async () => {
    const watched = watchedPool(database.url);
    const runner = openRunner({ pool: watched.pool, sagas: [trip] });
    await runner.ready();
    watched.loseCommits = 1;
    expect(await runner.start(trip, { seat: 'A', amount: 1 }, { id: 'once' })).toEqual({
      id: 'once',
      created: true,
    });
    expect(await runner.history('once')).toHaveLength(1);
  });

  it('applies no event twice, and tells its sender what became of it', async () => {
    const { watched, runner } = await twoHundredSagas();
    watched.loseCommits = 2;
    const sent = await runner.send('trip-5', { type: 'NOTE', text: 'x' }, { messageId: 'm-1' });
    expect(sent).toEqual({ outcome: 'applied', duplicate: false });
    expect(await runner.get('trip-5')).toMatchObject({ context: { notes: 1 } });
    const again = await runner.send('trip-5', { type: 'NOTE', text: 'x' }, { messageId: 'm-1' });
    expect(again).toEqual({ outcome: 'applied', duplicate: true });
  });

  it('moves a saga to another version once, and says that it moved; one that is of that version is said to be', async () => {
    const watched = watchedPool(database.url);
    const sagas = [changing1, changing2];
    const runner = openRunner({ pool: watched.pool, sagas });
    for (const id of ['one', 'two', 'three']) await runner.start(changing1, { n: 1 }, { id });
    watched.loseCommits = 1;
    expect(await runner.upgrade('one', { actor: 'admin' })).toEqual({ outcome: 'upgraded' });
    watched.loseCommits = 1;
    expect(await runner.upgrade('one', { actor: 'admin' })).toEqual({ outcome: 'same' });
    watched.loseCommits = 1;
    expect(await runner.upgradeAll(changing2, { actor: 'admin' })).toMatchObject({ upgraded: 2 });
    const history = await runner.history('one');
    expect(history.filter(({ event }) => event === 'upgrade')).toHaveLength(1);
  });

  it('settles a step once; what was to follow is found again', async () => {
    const watched = watchedPool(database.url);
    const { adapters, calls } = tripAdapters();
    const runner = openRunner({ pool: watched.pool, sagas: [trip], adapters });
    await runner.work();
    await runner.start(trip, { seat: 'A', amount: 1 }, { id: 'lossy' });
    watched.loseCommits = 3;
    const view = await runner.waitFor('lossy', ({ state }) => state === 'RESERVED');
    expect(view.openObligations).toHaveLength(1);
    const seqs = (await runner.history('lossy')).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
  });
});

it('an answer that the database refuses parks its saga, and a retry goes on', async () => {
  const watched = watchedPool(database.url);
  const logger = keepingLogger();
  const runner = openRunner({ pool: watched.pool, sagas: [trip], adapters: tripAdapters().adapters, logger });
  await refuseHistoryOf(watched, 'stuck', 2);
  await runner.work();
  await runner.start(trip, { seat: 'A', amount: 1 }, { id: 'stuck' });
  await runner.start(trip, { seat: 'B', amount: 1 }, { id: 'other' });
  await runner.waitFor('other', ({ state }) => state === 'RESERVED');
  const parked = await runner.waitFor('stuck', ({ status }) => status === 'parked');
  expect(parked.parked).toMatchObject([{ message: 'history of stuck is refused' }]);
  expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);

  await watched.pool.query('drop trigger refuse on countermand.history');
  await runner.retry('stuck', { actor: 'admin' });
  expect(await runner.waitFor('stuck', ({ state }) => state === 'RESERVED')).toMatchObject({
    status: 'running',
  });
});

/** Lets the database refuse every further history row of a saga. */
async function refuseHistoryOf({ pool }: ReturnType<typeof watchedPool>, sagaId: string, fromSeq = 1) {
  await pool.query(`
    create function countermand.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'history of % is refused', new.saga_id; end $$;
    create trigger refuse before insert on countermand.history
      for each row when (new.saga_id = '${sagaId}' and new.seq >= ${fromSeq}) execute function countermand.refuse()`);
}
