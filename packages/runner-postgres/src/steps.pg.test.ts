import type { TestDatabase } from '@countermand/dev-postgres';
import type { LateAnswer, SendResult, StepCall } from '@countermand/saga-core';
import { cannotSay, declined, landed, later, notLanded } from '@countermand/saga-core';
import { eventually } from '@countermand/test-kit';
import { TestClock } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresRunner } from './postgres-runner.js';
import { jobSaga, probedJobSaga } from './test-support/job-saga.js';
import { freshDatabase, migratedDatabase, testPool } from './test-support/migrated-database.js';
import { gate, openRunner } from './test-support/open-runner.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database.drop());

const isOver = ({ status }: { status: string }) => status === 'rest';

describe.each([{ followUp: true }, { followUp: false }])('with followUp $followUp', ({ followUp }) => {
  const suffix = followUp ? 'At once' : 'Queued';
  const named = (name: string) => `${name}${suffix.replace(' ', '')}`;

  it('a step that throws is tried again with the same key, and its attempts are counted', async () => {
    const saga = jobSaga(named('retried'));
    const seen: { attempt: number; idempotencyKey: string }[] = [];
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      followUp,
      adapters: {
        [saga.name]: {
          work: ({ attempt, idempotencyKey }: StepCall<{ n: number }>) => {
            seen.push({ attempt, idempotencyKey });
            if (attempt < 3) throw new Error(`attempt ${attempt} fails`);
            return { ok: 'yes' };
          },
        },
      },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    const view = await runner.waitFor(id, isOver);
    expect(view).toMatchObject({
      state: 'DONE',
      steps: [{ status: 'done', attempts: 3, error: 'attempt 2 fails' }],
    });
    expect(seen).toEqual([1, 2, 3].map((attempt) => ({ attempt, idempotencyKey: `${id}:job:1` })));
  });

  it('when the attempts are used up the outcome is unknown', async () => {
    const saga = jobSaga(named('exhausted'), { retry: { attempts: 2 } });
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      followUp,
      adapters: { [saga.name]: { work: () => Promise.reject(new Error('down')) } },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    const view = await runner.waitFor(id, isOver);
    expect(view).toMatchObject({ state: 'FAILED', context: { result: 'unknown: down' } });
    expect(view.steps).toMatchObject([{ status: 'unknown', attempts: 2 }]);
  });
});

it('a decline is no failure: it is not tried again', async () => {
  const saga = jobSaga('declined');
  let calls = 0;
  const work = () => {
    calls += 1;
    return declined('NO', { why: 'full' });
  };
  const runner = openRunner({ connection: database.url, sagas: [saga], adapters: { declined: { work } } });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  const view = await runner.waitFor(id, isOver);
  expect(view).toMatchObject({ state: 'FAILED', context: { result: 'declined: declined: NO' } });
  expect(calls).toBe(1);
});

it('an attempt that takes too long is aborted and tried again', async () => {
  const saga = jobSaga('slow', { timeoutMs: 100 });
  const aborted: unknown[] = [];
  const runner = openRunner({
    connection: database.url,
    sagas: [saga],
    adapters: {
      slow: {
        work: async ({ attempt, signal }) => {
          if (attempt > 1) return { ok: 'second' };
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          aborted.push(signal.reason);
          return { ok: 'too late' };
        },
      },
    },
  });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  expect(await runner.waitFor(id, isOver)).toMatchObject({ context: { result: 'second' } });
  expect(aborted).toMatchObject([{ name: 'TimeoutError' }]);
});

it('an attempt that sends heartbeats may take longer than its timeout', async () => {
  const { url } = await freshDatabase();
  const clock = new TestClock();
  const saga = jobSaga('beating', { timeoutMs: 1_000, retry: { attempts: 1 } });
  const [begun, done] = [gate(), gate()];
  let beat: () => void = () => undefined;
  const runner = openRunner({
    connection: url,
    clock,
    sagas: [saga],
    adapters: {
      beating: {
        work: async ({ heartbeat }) => {
          beat = heartbeat;
          begun.open();
          await done.opened;
          return { ok: 'alive' };
        },
      },
    },
  });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  await begun.opened;
  for (let beats = 0; beats < 4; beats += 1) {
    await clock.tick(900);
    beat();
  }
  done.open();
  expect(await runner.waitFor(id, isOver)).toMatchObject({ context: { result: 'alive' } });
});

it('heartbeats carry no attempt past the deadline of its step', async () => {
  const { url } = await freshDatabase();
  const clock = new TestClock();
  const saga = jobSaga('beatingForEver', { timeoutMs: 1_000, deadlineMs: 1_500 });
  const begun = gate();
  let signal: AbortSignal | undefined;
  let beat: () => void = () => undefined;
  const runner = openRunner({
    connection: url,
    clock,
    sagas: [saga],
    adapters: {
      beatingForEver: {
        work: (call) => {
          signal = call.signal;
          beat = call.heartbeat;
          begun.open();
          return new Promise<never>(() => undefined);
        },
      },
    },
  });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  await begun.opened;
  for (const passedMs of [700, 700]) {
    await clock.tick(passedMs);
    beat();
  }
  expect(signal?.aborted).toBe(false);
  await clock.tick(100);
  expect(signal?.aborted).toBe(true);
  expect(await runner.waitFor(id, isOver)).toMatchObject({
    state: 'FAILED',
    context: { result: expect.stringMatching(/^unknown: no answer within/) },
    steps: [{ attempts: 1 }],
  });
});

it('no attempt begins after the deadline', async () => {
  const saga = jobSaga('late', {
    timeoutMs: 1_000,
    deadlineMs: 2_000,
    retry: { attempts: 50, initialDelayMs: 700 },
  });
  let calls = 0;
  const runner = openRunner({
    connection: database.url,
    sagas: [saga],
    adapters: {
      late: {
        work: () => {
          calls += 1;
          throw new Error('down');
        },
      },
    },
  });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  expect(await runner.waitFor(id, isOver)).toMatchObject({ context: { result: 'unknown: down' } });
  expect(calls).toBeLessThan(5);
});

describe('a step that answers later', () => {
  it('takes an answer that comes on the heels of later(), in the same batch too', async () => {
    const saga = jobSaga('heels');
    const answered: Promise<SendResult>[] = [];
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: {
        heels: {
          work: ({ idempotencyKey, input: { n } }: StepCall<{ n: number }>) => {
            // Some of them a few turns later: where exactly both meet is the batcher's affair.
            const answer = (turns: number): unknown =>
              turns > 0
                ? setImmediate(() => answer(turns - 1))
                : answered.push(runner.answer(idempotencyKey, { output: { ok: 'hook' } }));
            answer(n % 10);
            return later();
          },
        },
      },
    });
    await runner.work();
    const started = await Promise.all(Array.from({ length: 100 }, (_, n) => runner.start(saga, { n })));
    await eventually(() => expect(answered).toHaveLength(started.length));
    const outcomes = (await Promise.all(answered)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(started.map(() => 'applied'));
  });

  it('waits without a lease, and takes its answer by the key, once', async () => {
    const saga = jobSaga('later');
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: { later: { work: () => later() } },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    await runner.waitFor(id, ({ steps }) => steps[0]?.status === 'awaiting');
    const key = `${id}:job:1`;
    expect(await runner.answer(key, { output: { ok: 'hook' } })).toMatchObject({ outcome: 'applied' });
    expect(await runner.answer(key, { output: { ok: 'hook' } })).toEqual({
      outcome: 'ignored',
      reason: 'ALREADY_ANSWERED',
      duplicate: true,
    });
    expect(await runner.get(id)).toMatchObject({ state: 'DONE', context: { result: 'hook' } });
    await expect(runner.answer(`${id}:nothing:1`, { output: 1 })).rejects.toMatchObject({
      code: 'ANSWER_UNKNOWN',
    });
  });

  it('takes no answer that is none, and stores nothing of it', async () => {
    const runner: PostgresRunner = openRunner({ connection: database.url, sagas: [] });
    const body = { ok: true } as unknown as LateAnswer;
    await expect(runner.answer('some-saga:job:1', body)).rejects.toMatchObject({ code: 'ANSWER_INVALID' });
  });

  it('takes an answer that is faster than the adapter', async () => {
    const saga = jobSaga('faster');
    const answered = gate();
    const called = gate();
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: {
        faster: {
          work: async () => {
            called.open();
            await answered.opened;
            return later();
          },
        },
      },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    await called.opened;
    expect(await runner.answer(`${id}:job:1`, { declined: 'NO' })).toMatchObject({ outcome: 'applied' });
    answered.open();
    expect(await runner.waitFor(id, isOver)).toMatchObject({ state: 'FAILED' });
  });

  it('is unknown when no answer came before the deadline', async () => {
    const saga = jobSaga('never', { timeoutMs: 1_000, deadlineMs: 2_000 });
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: { never: { work: () => later() } },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    const view = await runner.waitFor(id, isOver);
    expect(view.context).toMatchObject({ result: 'unknown: no answer before the deadline' });
  });
});

describe('a probe', () => {
  it('is asked before a retry that could double, and what landed is taken for the answer', async () => {
    const saga = probedJobSaga('doubling', { idempotent: false });
    const probed: string[] = [];
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: {
        doubling: {
          work: {
            run: () => Promise.reject(new Error('connection reset')),
            probe: ({ idempotencyKey }) => {
              probed.push(idempotencyKey);
              return Promise.resolve(landed({ ok: 'it did' }));
            },
          },
        },
      },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    const view = await runner.waitFor(id, isOver);
    expect(view).toMatchObject({ state: 'DONE', context: { result: 'it did' }, steps: [{ attempts: 2 }] });
    expect(probed).toEqual([`${id}:job:1`]);
  });

  it('is asked before an attempt that a person asks for: what was tried before may have landed', async () => {
    const saga = probedJobSaga('retriedByHand', { idempotent: false });
    let runs = 0;
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: {
        retriedByHand: {
          work: {
            run: () => {
              runs += 1;
              // It took effect, and answers what nobody expects.
              return JSON.parse('{ "paid": true }');
            },
            probe: async () => landed({ ok: 'it had' }),
          },
        },
      },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    await runner.waitFor(id, ({ status }) => status === 'parked');
    await runner.retry(id, { actor: 'admin:eve' });
    expect(await runner.waitFor(id, isOver)).toMatchObject({ state: 'DONE', context: { result: 'it had' } });
    expect(runs).toBe(1);
  });

  it('has the last word when the attempts are used up', async () => {
    const saga = probedJobSaga('lastWord', { retry: { attempts: 1 } });
    const answers = [landed({ ok: 'after all' }), notLanded(), cannotSay()];
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: {
        lastWord: {
          work: {
            run: () => Promise.reject(new Error('timeout')),
            probe: async ({ input }) => answers[(input as { n: number }).n] ?? notLanded(),
          },
        },
      },
    });
    await runner.work();
    const started = await Promise.all([0, 1, 2].map((n) => runner.start(saga, { n })));
    const views = await Promise.all(started.map(({ id }) => runner.waitFor(id, isOver)));
    expect(views.map(({ context }) => context)).toMatchObject([
      { result: 'after all' },
      { result: 'unknown: timeout' },
      { result: 'unknown: timeout' },
    ]);
  });

  it('is asked at the deadline of an answer that never came', async () => {
    const saga = probedJobSaga('asked', { timeoutMs: 1_000, deadlineMs: 2_000 });
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: { asked: { work: { run: () => later(), probe: async () => landed({ ok: 'it had' }) } } },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    expect(await runner.waitFor(id, isOver)).toMatchObject({ state: 'DONE', context: { result: 'it had' } });
  });
});

describe('a step that the machine leaves', () => {
  it('is answered as never begun while nobody has taken it', async () => {
    const saga = jobSaga('leftWaiting');
    const sender = openRunner({ connection: database.url, sagas: [saga] });
    const { id } = await sender.start(saga, { n: 1 });
    await sender.send(id, { type: 'LEAVE' });
    const worker = openRunner({ connection: database.url, sagas: [saga] });
    await worker.work();
    const view = await sender.waitFor(id, ({ steps }) => steps[0]?.status === 'unknown');
    expect(view.steps).toMatchObject([{ attempts: 0, left: true }]);
  });

  it('goes on while it runs, and its result settles the row alone', async () => {
    const saga = jobSaga('leftRunning');
    const called = gate();
    const release = gate();
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: {
        leftRunning: {
          work: async () => {
            called.open();
            await release.opened;
            return { ok: 'too late' };
          },
        },
      },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    await called.opened;
    await runner.send(id, { type: 'LEAVE' });
    release.open();
    const view = await runner.waitFor(id, ({ steps }) => steps[0]?.status === 'done');
    expect(view).toMatchObject({ state: 'LEFT', context: { result: '' }, steps: [{ left: true }] });
  });

  it('is not tried again when it fails', async () => {
    const saga = jobSaga('leftFailing', { retry: { attempts: 9 } });
    const called = gate();
    const release = gate();
    let calls = 0;
    const runner = openRunner({
      connection: database.url,
      sagas: [saga],
      adapters: {
        leftFailing: {
          work: async () => {
            calls += 1;
            called.open();
            await release.opened;
            throw new Error('down');
          },
        },
      },
    });
    await runner.work();
    const { id } = await runner.start(saga, { n: 1 });
    await called.opened;
    await runner.send(id, { type: 'LEAVE' });
    release.open();
    const view = await runner.waitFor(id, ({ steps }) => steps[0]?.status === 'unknown');
    expect(view.steps).toMatchObject([{ attempts: 1, error: 'down' }]);
    expect(calls).toBe(1);
  });
});

const cycle: { ok?: unknown } = {};
cycle.ok = cycle;

it.each([
  { name: 'wrongType', kind: 'breaks its schema', output: { ok: 7 } },
  { name: 'withNul', kind: 'has a NUL in it', output: { ok: 'a\0b' } },
  { name: 'withCycle', kind: 'cannot be JSON', output: cycle },
])('an output that $kind parks the saga, and a retry calls the step again', async ({ name, output }) => {
  const saga = jobSaga(name);
  let answer: unknown = output;
  const runner = openRunner({
    connection: database.url,
    sagas: [saga],
    adapters: { [name]: { work: () => answer as { ok: string } } },
  });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  const parked = await runner.waitFor(id, ({ status }) => status === 'parked');
  expect(parked.parked).toMatchObject([{ code: 'OUTPUT_INVALID', key: 'job:1' }]);
  expect(parked.steps).toMatchObject([{ status: 'parked' }]);
  answer = { ok: 'mended' };
  await runner.retry(id, { actor: 'admin' });
  expect(await runner.waitFor(id, isOver)).toMatchObject({ context: { result: 'mended' } });
});

it('the jobs of settled steps are removed', async () => {
  const saga = jobSaga('removed');
  const pool = testPool(database.url);
  const runner = openRunner({
    pool,
    sagas: [saga],
    followUp: false,
    adapters: { removed: { work: () => ({ ok: 'yes' }) } },
  });
  await runner.work();
  const { id } = await runner.start(saga, { n: 1 });
  await runner.waitFor(id, isOver);
  await eventually(async () => {
    const { rows } = await pool.query(`select 1 from countermand_boss.job where name = 'removed.work'`);
    expect(rows).toEqual([]);
  });
});
