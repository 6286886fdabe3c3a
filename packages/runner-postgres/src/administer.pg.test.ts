import { later } from '@countermand/saga-core';
import { eventually } from '@countermand/test-kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { createRunner } from './create-runner.js';
import { jobSaga } from './test-support/job-saga.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { gate, keepingLogger, openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

const input = { seat: 'A', amount: 1 };

/** A trip whose undo fails until it is mended. */
async function parkedTrip() {
  const { adapters } = tripAdapters();
  let isMended = false;
  const releaseSeat = () => {
    if (!isMended) throw new Error('the desk is closed');
    return { released: true };
  };
  const runner = openRunner({
    connection: url,
    sagas: [trip],
    adapters: { trip: { ...adapters.trip, releaseSeat } },
  });
  await runner.work();
  const { id } = await runner.start(trip, input);
  await runner.waitFor(id, ({ state }) => state === 'RESERVED');
  await runner.send(id, { type: 'CANCEL' });
  const parked = await runner.waitFor(id, ({ status }) => status === 'parked');
  const mend = () => {
    isMended = true;
  };
  return { runner, id, parked, mend };
}

describe('an undo that cannot succeed', () => {
  it('parks its saga, with what is left open to see', async () => {
    const { parked, runner, id } = await parkedTrip();
    expect(parked).toMatchObject({
      parked: [{ code: 'UNDO_FAILED' }],
      openObligations: [{ id: 'seat.held:A', certainty: 'open', undo: 'releaseSeat' }],
    });
    expect(parked.steps.find(({ name }) => name === 'releaseSeat')).toMatchObject({
      status: 'parked',
      attempts: 3,
    });
    expect(await runner.compensationPreview(id)).toMatchObject([{ undo: 'releaseSeat' }]);
  });

  it('goes on by a retry', async () => {
    const { runner, id, mend } = await parkedTrip();
    mend();
    await runner.retry(id, { actor: 'admin:eve' });
    const view = await runner.waitFor(id, ({ settled }) => settled);
    expect(view.openObligations).toEqual([]);
    const acts = (await runner.history(id)).filter(({ event }) => event === 'retry');
    expect(acts).toMatchObject([{ actor: 'admin:eve' }]);
  });

  it('goes on by a skip, which keeps the reason', async () => {
    const { runner, id, parked } = await parkedTrip();
    const step = parked.steps.find(({ status }) => status === 'parked')?.key ?? '';
    await runner.skip(id, { actor: 'admin:eve', step, reason: 'released by phone' });
    const view = await runner.waitFor(id, ({ status }) => status === 'rest');
    expect(view.steps.find(({ key }) => key === step)).toMatchObject({ status: 'cancelled' });
    expect(await runner.history(id)).toContainEqual(expect.objectContaining({ reason: 'released by phone' }));
  });
});

it('what is not parked can be neither retried nor skipped', async () => {
  const runner = openRunner({ connection: url, sagas: [trip] });
  const { id } = await runner.start(trip, input);
  const actor = 'admin';
  await expect(runner.retry(id, { actor })).rejects.toMatchObject({ code: 'NOT_PARKED' });
  await expect(runner.retry(id, { actor, step: 'x:1' })).rejects.toMatchObject({ code: 'STEP_NOT_FOUND' });
  await expect(runner.retry('nobody', { actor })).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
});

it('a saga that is parked by hand keeps its events, and applies them on resume', async () => {
  const runner = openRunner({ connection: url, sagas: [trip], adapters: tripAdapters().adapters });
  await runner.work();
  const { id } = await runner.start(trip, input);
  await runner.waitFor(id, ({ state }) => state === 'RESERVED');
  await runner.park(id, { actor: 'admin', reason: 'look at this' });
  expect(await runner.send(id, { type: 'PAY' })).toMatchObject({ outcome: 'deferred', reason: 'PARKED' });
  expect(await runner.get(id)).toMatchObject({ state: 'RESERVED', status: 'parked' });
  await runner.retry(id, { actor: 'admin' });
  await runner.waitFor(id, ({ state }) => state === 'BOOKED');
});

it('sagas are listed newest first, page by page, and found by what they are', async () => {
  const runner = openRunner({ connection: url, sagas: [trip, jobSaga('listed')] });
  const ids = Array.from({ length: 25 }, (_, index) => `listed-${String(index).padStart(2, '0')}`);
  for (const id of ids) await runner.start(trip, { seat: `seat-${id}`, amount: 1 }, { id });
  await runner.start({ ...jobSaga('listed') }, { n: 1 }, { id: 'other' });

  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await runner.list({ saga: 'trip', limit: 10, ...(cursor !== undefined && { cursor }) });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.cursor;
    expect(encodeURIComponent(cursor ?? '')).toBe(cursor ?? '');
  } while (cursor !== undefined);
  expect(seen).toEqual(ids.toReversed());

  const idsOf = async (options: Parameters<typeof runner.list>[0]) =>
    (await runner.list(options)).items.map(({ id }) => id);
  expect(await idsOf({ attributes: { seat: 'seat-listed-07' } })).toEqual(['listed-07']);
  expect(await idsOf({ state: 'WORKING' })).toEqual(['other']);
  expect(await idsOf({ status: 'parked' })).toEqual([]);
  expect(await idsOf({ limit: 1 })).toEqual(['other']);
  const middle = (await runner.get('listed-20'))?.createdAt ?? 0;
  expect(await idsOf({ createdBefore: middle, limit: 200 })).not.toContain('listed-20');
  expect(await idsOf({ createdAfter: middle, limit: 200 })).toContain('listed-24');
  await expect(runner.list({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'SETTING_INVALID' });
  await expect(runner.list({ limit: 0 })).rejects.toMatchObject({ code: 'SETTING_INVALID' });
});

describe('stop', () => {
  it('lets what runs end, and takes nothing new', async () => {
    const saga = jobSaga('draining');
    const [called, released] = [gate(), gate()];
    const runner = openRunner({
      connection: url,
      sagas: [saga],
      adapters: {
        draining: {
          work: async () => {
            called.open();
            await released.opened;
            return { ok: 'ended' };
          },
        },
      },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    await called.opened;
    const stopped = runner.stop();
    released.open();
    await stopped;
    await expect(runner.start(saga, { n: 2 })).rejects.toMatchObject({ code: 'RUNNER_STOPPED' });
    const reader = openRunner({ connection: url, sagas: [saga] });
    expect(await reader.get(id)).toMatchObject({ state: 'DONE' });
  });

  it('ends a worker that has only begun to listen', async () => {
    for (let round = 0; round < 8; round += 1) {
      const runner = createRunner({ connection: url, sagas: [trip] });
      await runner.work();
      await runner.stop();
      expect(runner.isWorking).toBe(false);
    }
  });

  it('ends a worker that is still connecting, for good', async () => {
    const pool = testPool(url);
    for (let round = 0; round < 8; round += 1) {
      const runner = createRunner({ pool, sagas: [trip] });
      const working = runner.work().catch(() => undefined);
      await runner.stop({ graceMs: round });
      await working;
      expect(runner.isWorking).toBe(false);
    }
  });

  it('hands back what does not end in time, for others to take at once', async () => {
    const saga = jobSaga('handed');
    const called = gate();
    const stuck = openRunner({
      connection: url,
      sagas: [saga],
      adapters: {
        handed: {
          work: () => {
            called.open();
            return new Promise<never>(() => undefined);
          },
        },
      },
    });
    await stuck.work();
    const { id } = await stuck.start(saga, { n: 1 });
    await called.opened;
    await stuck.stop({ graceMs: 50 });
    const { rows } = await testPool(url).query(`select status from countermand.outbox where kind = 'step'`);
    expect(rows).toEqual([{ status: 'pending' }]);
    const other = openRunner({
      connection: url,
      sagas: [saga],
      adapters: { handed: { work: () => ({ ok: 'taken over' }) } },
    });
    await other.work();
    expect(await other.waitFor(id, ({ status }) => status === 'rest')).toMatchObject({
      context: { result: 'taken over' },
    });
  });
});

it('different processes may carry out different steps', async () => {
  const { adapters } = tripAdapters();
  const { reserveSeat, ...others } = adapters.trip;
  const seats = openRunner({ connection: url, sagas: [trip], adapters: { trip: { reserveSeat } } });
  const rest = openRunner({ connection: url, sagas: [trip], adapters: { trip: others } });
  await Promise.all([seats.work(), rest.work()]);
  const { id } = await seats.start(trip, input);
  await rest.waitFor(id, ({ state }) => state === 'RESERVED');
  await seats.send(id, { type: 'PAY' });
  expect(await seats.waitFor(id, ({ settled }) => settled)).toMatchObject({ state: 'BOOKED' });
});

it('a saga of a version that is unknown here is left to those that know it, and shown', async () => {
  const newer = { ...jobSaga('versioned'), version: 2 };
  const owner = openRunner({ connection: url, sagas: [newer] });
  const { id } = await owner.start(newer, { n: 1 });
  const logger = keepingLogger();
  let calls = 0;
  const work = () => {
    calls += 1;
    return { ok: 'wrong' };
  };
  const older = openRunner({
    connection: url,
    sagas: [jobSaga('versioned')],
    adapters: { versioned: { work } },
    logger,
  });
  await older.work();
  expect(await older.get(id)).toMatchObject({ version: 2, state: 'WORKING', steps: [{ attempts: 0 }] });
  expect(await older.send(id, { type: 'LEAVE' }, { messageId: 'm' })).toMatchObject({ outcome: 'accepted' });
  const knowing = openRunner({
    connection: url,
    sagas: [newer],
    adapters: { versioned: { work: () => later() } },
  });
  await knowing.work();
  await eventually(async () => expect(await knowing.get(id)).toMatchObject({ state: 'LEFT' }));
  expect(calls).toBe(0);
});

it('an idle worker asks little of the database', async () => {
  const pool = testPool(url);
  const runner = openRunner({ pool, sagas: [trip], adapters: tripAdapters().adapters });
  await runner.work();
  let statements = 0;
  let isCounting = false;
  pool.on('acquire', () => {
    if (isCounting) statements += 1;
  });
  const begunAt = Date.now();
  await eventually(() => expect(Date.now() - begunAt).toBeGreaterThanOrEqual(1_500));
  isCounting = true;
  const countedFrom = Date.now();
  await eventually(() => {
    expect(Date.now() - countedFrom).toBeGreaterThanOrEqual(3_000);
    expect(statements).toBeGreaterThanOrEqual(2);
  });
  expect(statements / (Date.now() - countedFrom)).toBeLessThanOrEqual(2 / 1_000);
});

it('an id that none can have is not found, and a word that can not be stored is refused, in a line', async () => {
  const runner = openRunner({ connection: url, sagas: [trip] });
  const { id } = await runner.start(trip, input);
  const act = { actor: 'admin:eve', reason: 'r' };
  expect(await runner.get('a\0')).toBeUndefined();
  expect(await runner.history('a\0')).toEqual([]);
  for (const call of [
    () => runner.park('a\0', act),
    () => runner.retry('a\0', act),
    () => runner.override('a\0', { ...act, to: 'BOOKED' }),
  ])
    await expect(call()).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
  for (const call of [
    () => runner.start(trip, input, { actor: 'eve\0' }),
    () => runner.send(id, { type: 'NOTE', text: 'x' }, { actor: 'eve\ud800' }),
    () => runner.park(id, { ...act, reason: 'a\0' }),
    () => runner.override(id, { ...act, to: 'BOOKED', reason: 'a\0' }),
    () => runner.list({ saga: 'trip\0' }),
  ])
    await expect(call()).rejects.toMatchObject({ code: 'NOT_JSON' });
  await expect(runner.override(id, { ...act, to: 'BOOKED', messageId: 'm\0' })).rejects.toMatchObject({
    code: 'EVENT_INVALID',
  });
  await expect(runner.answer(`${id}:re\0serve:1`, { output: {} })).rejects.toMatchObject({
    code: 'ANSWER_UNKNOWN',
  });
});
