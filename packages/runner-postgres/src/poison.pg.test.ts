import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { eventually } from '@countermand/test-kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import type { PostgresRunner } from './postgres-runner.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { keepingLogger, openRunner } from './test-support/open-runner.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

const retry = { attempts: 2, initialDelayMs: 10, jitter: 0 };
const who = z.object({ who: z.string() });
const putBack = step('putBack', { input: who, output: z.object({ ok: z.boolean() }), retry });
const take = step('take', {
  input: who,
  output: z.object({ ok: z.boolean() }),
  retry,
  opens: { kind: 'thing', instance: (input) => input.who, undo: putBack, undoInput: ({ input }) => input },
});

type Event =
  | { type: 'GUARD' | 'ASSIGN' | 'DATE' | 'HUGE' | 'TELL' | 'GIVE_BACK' }
  | { type: 'NAME'; name: string };

/** A saga with a wrong turn for each event. */
const machine = setup({
  types: {
    context: {} as { who: string; name: unknown },
    events: {} as Event,
    input: {} as { who: string },
    emitted: {} as { type: 'TOLD' },
  },
  actors: { take, putBack, compensate },
  guards: {
    throws: (): boolean => {
      throw new Error('the guard is broken');
    },
  },
}).createMachine({
  context: ({ input }) => ({ who: input.who, name: '' }),
  initial: 'TAKING',
  states: {
    TAKING: {
      invoke: {
        id: 'take',
        src: 'take',
        input: ({ context }) => ({ who: context.who }),
        onDone: 'TAKEN',
        onError: 'BACK',
      },
    },
    TAKEN: {
      on: {
        GUARD: { guard: 'throws', target: 'BACK' },
        ASSIGN: {
          actions: assign({
            name: (): string => {
              throw new Error('the assign is broken');
            },
          }),
        },
        DATE: { actions: assign({ name: () => new Date(0) }) },
        HUGE: { actions: assign({ name: () => 'x'.repeat(300_000) }) },
        NAME: { actions: assign({ name: ({ event }) => event.name }) },
        TELL: { actions: emit({ type: 'TOLD' }) },
        GIVE_BACK: 'BACK',
      },
    },
    BACK: {
      initial: 'undoing',
      states: { undoing: { invoke: { src: 'compensate', onDone: 'done' } }, done: { tags: ['rest'] } },
    },
  },
});

const nothing = publicEvent({ schema: z.object({}) });
const thing = defineSaga({
  name: 'thing',
  version: 1,
  machine,
  events: {
    GUARD: nothing,
    ASSIGN: nothing,
    DATE: nothing,
    HUGE: nothing,
    TELL: nothing,
    GIVE_BACK: nothing,
    NAME: publicEvent({ schema: z.object({ name: z.string() }) }),
  },
});

const POISONED = 'poisoned';
const OTHERS = ['fine-1', 'fine-2', 'fine-3'];
const ok = { ok: true };

type Adapters = NonNullable<Parameters<typeof openRunner<[typeof thing]>>[0]['adapters']>;

async function worker(adapters: Partial<NonNullable<Adapters['thing']>> = {}) {
  const logger = keepingLogger();
  const runner = openRunner({
    connection: url,
    sagas: [thing],
    logger,
    adapters: { thing: { take: () => ok, putBack: () => ok, ...adapters } },
  });
  await runner.work();
  return { runner, logger };
}

/** The poisoned one and three others, all of them begun. */
async function begun(runner: PostgresRunner) {
  const ids = [POISONED, ...OTHERS];
  await Promise.all(ids.map((id) => runner.start(thing, { who: id }, { id })));
  for (const id of ids) await runner.waitFor(id, ({ state }) => state === 'TAKEN');
}

/** Whatever has happened to the poisoned one, the others go through their whole life. */
async function othersGoOn(runner: PostgresRunner) {
  await Promise.all(OTHERS.map((id) => runner.send(id, { type: 'GIVE_BACK' })));
  for (const id of OTHERS) await runner.waitFor(id, ({ settled }) => settled);
}

describe.each([
  { what: 'a guard that throws', event: 'GUARD', code: 'DECIDE_FAILED', message: 'the guard is broken' },
  { what: 'an assign that throws', event: 'ASSIGN', code: 'DECIDE_FAILED', message: 'the assign is broken' },
  {
    what: 'a context that is not JSON',
    event: 'DATE',
    code: 'DECIDE_FAILED',
    message: 'an instance of Date',
  },
  { what: 'a context over 256 KB', event: 'HUGE', code: 'DECIDE_FAILED', message: 'at most 262144 are kept' },
] as const)('$what', ({ event, code, message }) => {
  it('parks that saga with the error; the others go on', async () => {
    const { runner } = await worker();
    await begun(runner);
    expect(await runner.send(POISONED, { type: event })).toMatchObject({ outcome: 'deferred' });
    expect(await runner.get(POISONED)).toMatchObject({
      status: 'parked',
      parked: [{ code, message: expect.stringContaining(message) }],
    });
    await othersGoOn(runner);
  });
});

describe.each([
  { what: 'a NUL in a name', name: 'a\0b', message: 'a NUL character' },
  { what: 'a lone surrogate in a name', name: 'a\ud800b', message: 'a lone surrogate' },
  { what: 'a payload that breaks its schema', name: 7, message: 'expected string' },
])('$what', ({ name, message }) => {
  it('is refused at the border with what is wrong; the saga goes on', async () => {
    const { runner } = await worker();
    const untyped: PostgresRunner = runner;
    await begun(runner);
    await expect(untyped.send(POISONED, { type: 'NAME', name })).rejects.toMatchObject({
      code: 'EVENT_INVALID',
      message: expect.stringContaining(message),
    });
    await runner.send(POISONED, { type: 'GIVE_BACK' });
    await runner.waitFor(POISONED, ({ settled }) => settled);
  });
});

it('an adapter that always throws is tried as often as its policy says, then undone; the others go on', async () => {
  let tries = 0;
  const { runner } = await worker({
    take: ({ input }) => {
      if (input.who !== POISONED) return ok;
      tries += 1;
      throw new Error('out of order');
    },
  });
  await runner.start(thing, { who: POISONED }, { id: POISONED });
  const view = await runner.waitFor(POISONED, ({ settled }) => settled);
  expect(tries).toBe(2);
  expect(view).toMatchObject({ state: { BACK: 'done' } });
  expect(view.steps[0]).toMatchObject({ status: 'unknown', attempts: 2, error: 'out of order' });
});

it('an output that breaks its schema is kept as it came, parks the saga, and is not asked for again', async () => {
  let calls = 0;
  const { runner } = await worker({
    take: ({ input }) => {
      if (input.who !== POISONED) return ok;
      calls += 1;
      return { ok: 'perhaps' } as never;
    },
  });
  await Promise.all([POISONED, ...OTHERS].map((id) => runner.start(thing, { who: id }, { id })));
  await runner.waitFor(POISONED, ({ status }) => status === 'parked');
  expect(await runner.get(POISONED)).toMatchObject({
    parked: [{ code: 'OUTPUT_INVALID', raw: { ok: 'perhaps' } }],
  });
  for (const id of OTHERS) await runner.waitFor(id, ({ state }) => state === 'TAKEN');
  await othersGoOn(runner);
  expect(calls).toBe(1);
});

it('an undo that always fails parks its saga with what is left open; the others are undone', async () => {
  const { runner } = await worker({
    putBack: ({ input }) => {
      if (input.who === POISONED) throw new Error('nobody takes it back');
      return ok;
    },
  });
  await begun(runner);
  await runner.send(POISONED, { type: 'GIVE_BACK' });
  const view = await runner.waitFor(POISONED, ({ status }) => status === 'parked');
  expect(view).toMatchObject({
    settled: false,
    parked: [{ code: 'UNDO_FAILED', message: expect.stringContaining('nobody takes it back') }],
    openObligations: [{ id: `thing:${POISONED}` }],
  });
  await othersGoOn(runner);
});

it('a handler of published events that always throws holds up the events of that saga alone, and says so', async () => {
  const { runner, logger } = await worker();
  const heard: string[] = [];
  await runner.on('TOLD', { name: 'listener' }, ({ sagaId }) => {
    if (sagaId === POISONED) throw new Error('cannot hear it');
    heard.push(sagaId);
  });
  await begun(runner);
  await Promise.all([POISONED, ...OTHERS].map((id) => runner.send(id, { type: 'TELL' })));
  await eventually(() => expect(heard.toSorted()).toEqual(OTHERS));
  await eventually(() => {
    expect(logger.lines.map(({ message }) => message)).toContain('event not taken; those behind it wait');
  });
  await othersGoOn(runner);
  await runner.send(POISONED, { type: 'GIVE_BACK' });
  await runner.waitFor(POISONED, ({ settled }) => settled);
});

it('an event that was taken, of which the database does not save that, is delivered again, and can be seen until it is saved', async () => {
  const { runner, logger } = await worker();
  const heard: string[] = [];
  await runner.on('TOLD', { name: 'listener' }, ({ sagaId }) => heard.push(sagaId));
  await begun(runner);
  const database = testPool(url);
  await database.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'the table is full'; end $$;
    create trigger refuses before update on countermand.outbox for each row
      when (old.saga_id = '${POISONED}' and new.kind = 'publish' and new.status = 'settled') execute function refuse();
  `);
  await Promise.all([POISONED, ...OTHERS].map((id) => runner.send(id, { type: 'TELL' })));
  await runner.send(POISONED, { type: 'TELL' });
  await eventually(() => expect(heard.filter((id) => id === POISONED).length).toBeGreaterThan(1));
  expect(heard.filter((id) => id !== POISONED).toSorted()).toEqual(OTHERS);
  const told = logger.lines.filter(({ message }) =>
    message.startsWith('event taken, but that cannot be saved'),
  );
  expect(told[0]?.fields).toMatchObject({
    sagaId: POISONED,
    subscription: 'listener',
    key: 'publish:1:listener',
    error: 'the table is full',
  });
  const waiting = { subscription: 'listener', type: 'TOLD' };
  const error = "'listener' took it, but that cannot be saved: the table is full";
  expect(await runner.inspect.undelivered(POISONED)).toMatchObject([
    { ...waiting, sequence: 1, error },
    { ...waiting, sequence: 2, attempts: 0 },
  ]);
  expect(logger.lines.map(({ message }) => message)).not.toContain('answer refused: the lease had been lost');
  await database.query('drop trigger refuses on countermand.outbox');
  await eventually(async () => expect(await runner.inspect.undelivered(POISONED)).toEqual([]));
  await othersGoOn(runner);
});

const ENVELOPE = 'countermand.unpacked_envelope(id, saga, version, fingerprint, envelope)';

describe.each([
  {
    what: 'a state value that the machine does not have',
    damage: `envelope = jsonb_set(${ENVELOPE}::jsonb, '{snapshot,value}', '"NOWHERE"')`,
    message: `has no state 'NOWHERE'`,
  },
  {
    what: 'a state that is called constructor',
    damage: `envelope = jsonb_set(${ENVELOPE}::jsonb, '{snapshot,value}', '"constructor"')`,
    message: `has no state 'constructor'`,
  },
  {
    what: 'the fingerprint of another structure',
    damage: `envelope = jsonb_set(${ENVELOPE}::jsonb, '{fingerprint}', '"0000000000000000"')`,
    message: 'another structure',
  },
])('a stored snapshot with $what', ({ damage, message }) => {
  it('is refused with what is wrong and left as it is; the others go on', async () => {
    const { runner } = await worker();
    await begun(runner);
    await testPool(url).query(
      `update countermand.saga set ${damage}, revision = revision + 1 where id = $1`,
      [POISONED],
    );
    await expect(runner.send(POISONED, { type: 'GIVE_BACK' })).rejects.toThrow(message);
    await othersGoOn(runner);
    const { rows } = await testPool(url).query(`select revision from countermand.saga where id = $1`, [
      POISONED,
    ]);
    // One more than the runner's own: whoever changes a row behind its back has to say so, or it believes its memory.
    expect(rows).toEqual([{ revision: 3 }]);
  });
});

it('a saga whose attributes cannot be made is parked with the error, and shown and listed like any other', async () => {
  const labelled = defineSaga({
    name: 'labelled',
    version: 1,
    machine,
    events: { NAME: publicEvent({ schema: z.object({ name: z.string() }) }) },
    attributes: ({ name }) => {
      if (name === 'bad') throw new Error('no label for that');
      return { label: String(name) };
    },
  });
  const runner = openRunner({
    connection: url,
    sagas: [labelled],
    adapters: { labelled: { take: () => ok, putBack: () => ok } },
  });
  await runner.work();
  const ids = ['bad', 'good'];
  for (const id of ids) {
    await runner.start(labelled, { who: id }, { id });
    await runner.waitFor(id, ({ state }) => state === 'TAKEN');
    await runner.send(id, { type: 'NAME', name: id });
  }
  expect(await runner.get('bad')).toMatchObject({
    status: 'parked',
    state: 'TAKEN',
    attributes: { label: '' },
    parked: [{ message: 'attributes: no label for that' }],
  });
  expect((await runner.list()).items.map(({ id, attributes }) => [id, attributes])).toEqual([
    ['good', { label: 'good' }],
    ['bad', { label: '' }],
  ]);
});
