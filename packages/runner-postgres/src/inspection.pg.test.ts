import { defineSaga, publicEvent } from '@countermand/saga-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { z } from 'zod';
import { systemClock } from './ports/clock.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

const input = (seat: string) => ({ seat, amount: 1 });

/** A runner at work; `isMended` says whether seats can be given back. */
async function desk() {
  const { adapters } = tripAdapters();
  const state = { isMended: false };
  const releaseSeat = () => {
    if (!state.isMended) throw new Error('the desk is closed');
    return { released: true };
  };
  const runner = openRunner({
    connection: url,
    sagas: [trip],
    adapters: { trip: { ...adapters.trip, releaseSeat } },
  });
  await runner.work();
  const reserve = async (seat: string) => {
    const { id } = await runner.start(trip, input(seat));
    await runner.waitFor(id, ({ state: at }) => at === 'RESERVED');
    return id;
  };
  const park = async (seat: string) => {
    const id = await reserve(seat);
    await runner.send(id, { type: 'CANCEL' }, { actor: 'ops:eve', note: 'the traveller is ill' });
    await runner.waitFor(id, ({ status }) => status === 'parked');
    return id;
  };
  return { runner, state, reserve, park };
}

describe('a search', () => {
  it('shows what is parked first, and the rest newest first, in pages that miss and repeat nothing', async () => {
    const { runner, reserve, park } = await desk();
    const stuck = await park('A');
    const ids = [await reserve('B'), await reserve('C'), await reserve('D')];
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await runner.inspect.search({ limit: 1, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([stuck, ...ids.toReversed()]);
  });

  it('finds by status, name, nested state, attributes and time', async () => {
    const { runner, reserve, park } = await desk();
    const [a, b] = [await park('A'), await reserve('B')];
    const found = async (options: Parameters<typeof runner.inspect.search>[0]) =>
      (await runner.inspect.search(options)).items.map(({ id }) => id);
    expect(await found({ status: ['parked'] })).toEqual([a]);
    expect(await found({ status: ['running', 'parked'] })).toEqual([a, b]);
    expect(await found({ saga: 'trip' })).toEqual([a, b]);
    expect(await found({ saga: 'other' })).toEqual([]);
    expect(await found({ state: 'RESERVED' })).toEqual([b]);
    expect(await found({ state: 'CANCELLED' })).toEqual([a]);
    expect(await found({ state: 'CANCELLED.undoing' })).toEqual([a]);
    expect(await found({ state: 'CANCELLED.done' })).toEqual([]);
    expect(await found({ attributes: { seat: 'B' } })).toEqual([b]);
    expect(await found({ createdBefore: 1 })).toEqual([]);
    expect(await found({ createdAfter: 1, status: ['running'] })).toEqual([b]);
  });

  it('refuses what no search can mean', async () => {
    const runner = openRunner({ connection: url, sagas: [trip] });
    const invalid = { code: 'SETTING_INVALID' };
    await expect(runner.inspect.search({ limit: 0 })).rejects.toMatchObject(invalid);
    await expect(runner.inspect.search({ cursor: 'nonsense' })).rejects.toMatchObject(invalid);
    await expect(runner.inspect.search({ state: 'PAID\0' })).rejects.toMatchObject(invalid);
    await expect(runner.inspect.search({ createdAfter: Number.NaN })).rejects.toMatchObject(invalid);
  });
});

describe('a search among very many', () => {
  it('looks at 10,000 at most, says how far it came, and goes on from there', async () => {
    const runner = openRunner({ connection: url, sagas: [trip] });
    const { id } = await runner.start(trip, input('A'));
    const pool = testPool(url);
    // Younger copies at rest of the one that is looked for.
    await pool.query(
      `insert into countermand.saga
       select (jsonb_populate_record(s, jsonb_build_object('id', 'copy-' || n, 'saga', 'other', 'status', 'rest',
         'created_at', s.created_at + n * interval '1 second'))).*
       from countermand.saga s, generate_series(1, 25000) n where s.id = $1`,
      [id],
    );
    let cursor: string | undefined;
    let pages = 0;
    const found: string[] = [];
    const lookedTo: (number | undefined)[] = [];
    do {
      const page = await runner.inspect.search({ saga: 'trip', ...(cursor !== undefined && { cursor }) });
      found.push(...page.items.map((one) => one.id));
      lookedTo.push(page.lookedBackTo);
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== undefined);
    expect({ found, pages }).toEqual({ found: [id], pages: 3 });
    expect(lookedTo).toEqual([expect.any(Number), expect.any(Number), undefined]);
  });
});

describe('the survey of states', () => {
  it('counts who is where, and how long sagas stayed', async () => {
    const { runner, reserve, park } = await desk();
    await park('A');
    await reserve('B');
    const survey = await runner.inspect.states(trip);
    const at = (path: string) => survey.states.find((one) => one.path === path);
    expect(survey).toMatchObject({
      counted: 2,
      isComplete: true,
      sampled: 2,
      statuses: { running: 1, parked: 1, compensating: 0, rest: 0 },
    });
    expect(at('RESERVED')).toMatchObject({ now: { running: 1, parked: 0 }, stays: { count: 1 } });
    expect(at('CANCELLED.undoing')).toMatchObject({ now: { parked: 1 } });
    expect(at('RESERVING')).toMatchObject({ now: { running: 0 }, stays: { count: 2 } });
    expect(at('RESERVED')?.longestMs).toBeGreaterThanOrEqual(0);
  });
});

describe('the story of a saga', () => {
  it('tells steps with attempts and times, the ledger, timers, and why people did what they did', async () => {
    const { runner, state, park } = await desk();
    const id = await park('A');
    state.isMended = true;
    await runner.retry(id, { actor: 'ops:eve', reason: 'the desk is open again' });
    await runner.waitFor(id, ({ settled }) => settled);
    const story = await runner.inspect.tell(id);
    expect(story).toMatchObject({ isWhole: true });
    expect(
      story?.steps.map(({ step, role, attempts, outcome }) => [step, role, attempts, outcome?.kind]),
    ).toEqual([
      ['reserveSeat', 'invoke', 1, 'done'],
      ['releaseSeat', 'undo', 1, 'done'],
    ]);
    expect(story?.ledger).toMatchObject([{ id: 'seat.held:A', by: 'reserveSeat', undo: 'releaseSeat' }]);
    expect(story?.ledger[0]?.changes.map(({ certainty }) => certainty)).toEqual(['maybe', 'open', 'closed']);
    expect(story?.entries.find(({ event }) => event === 'reserveSeat.done')?.armed).toHaveLength(1);
    expect(story?.entries.find(({ event }) => event === 'CANCEL')).toMatchObject({
      actor: 'ops:eve',
      cause: { note: 'the traveller is ill' },
    });
    expect(story?.entries.find(({ event }) => event === 'retry')).toMatchObject({
      actor: 'ops:eve',
      reason: 'the desk is open again',
    });
  });

  it('is none where there is no saga', async () => {
    const runner = openRunner({ connection: url, sagas: [trip] });
    expect(await runner.inspect.tell('nobody')).toBeUndefined();
  });
});

describe('what an act would do', () => {
  it('is said before it is done, and nothing is done by that', async () => {
    const { runner, reserve, park } = await desk();
    const [stuck, waiting] = [await park('A'), await reserve('B')];
    expect(await runner.inspect.foresee(stuck, { type: 'retry' })).toMatchObject({
      outcome: 'applied',
      status: 'compensating',
      starts: [{ step: 'releaseSeat', isAgain: true }],
    });
    expect(await runner.inspect.foresee(waiting, { type: 'send', event: { type: 'CANCEL' } })).toMatchObject({
      outcome: 'applied',
      from: 'RESERVED',
      to: { CANCELLED: 'undoing' },
      starts: [{ step: 'releaseSeat', isAgain: false }],
      open: [{ id: 'seat.held:B' }],
    });
    expect(await runner.inspect.foresee(waiting, { type: 'retry' })).toMatchObject({
      outcome: 'refused',
      reason: 'NOT_PARKED',
    });
    expect(await runner.get(waiting)).toMatchObject({ state: 'RESERVED' });
  });
});

it('neighbours are those that share an attribute', async () => {
  const runner = openRunner({ connection: url, sagas: [trip] });
  const [first, second] = [await runner.start(trip, input('A')), await runner.start(trip, input('A'))];
  await runner.start(trip, input('B'));
  expect(await runner.inspect.neighbours(first.id)).toMatchObject([
    { id: second.id, saga: 'trip', shared: { seat: 'A' } },
  ]);
});

it('what an act would do is foreseen by the time of the database, wherever this machine takes itself to be', async () => {
  const nothing = z.object({});
  const machine = setup({ types: { events: {} as { type: 'GO' | 'NEWS' } } }).createMachine({
    initial: 'WAITING',
    states: {
      WAITING: { on: { GO: 'READY' } },
      READY: { on: { NEWS: 'HEARD' }, tags: ['rest'] },
      HEARD: { tags: ['rest'] },
    },
  });
  const hearing = defineSaga({
    name: 'hearing',
    version: 1,
    machine,
    events: {
      GO: publicEvent({ schema: nothing }),
      NEWS: publicEvent({ schema: nothing, defer: { ttlMs: 600_000 } }),
    },
  });
  const clock = { ...systemClock, now: () => systemClock.now() + 7_200_000 };
  const runner = openRunner({ connection: url, sagas: [hearing], clock });
  const { id } = await runner.start(hearing, undefined);
  expect(await runner.send(id, { type: 'NEWS' })).toMatchObject({ outcome: 'deferred' });
  const foreseen = await runner.inspect.foresee(id, { type: 'send', event: { type: 'GO' } });
  expect(foreseen).toMatchObject({ outcome: 'applied', to: 'HEARD' });
});
