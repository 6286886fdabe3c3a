import { describe, expect, test as it } from 'vitest';
import { declined, landed, later } from '../answer.js';
import { sagaOf } from '../test-support/saga-of.js';
import { booking } from './conformance/booking-saga.js';
import { pair } from './conformance/pair-saga.js';
import { createTestRunner, type TestRunnerOptions } from './create-test-runner.js';
import { TestRunner } from './test-runner.js';

const ok = () => ({ ok: true });
const adapters = {
  reserve: () => ({ reference: 'r' }),
  release: ok,
  authorize: {
    run: () => ({ reference: 'p' }),
    probe: () => Promise.resolve(landed({ reference: 'found' })),
  },
  cancelPayment: ok,
  capture: () => ({ reference: 'c' }),
  refund: ok,
  print: { run: ok, probe: () => Promise.resolve(landed({ ok: true })) },
  issueTicket: ok,
  notify: () => null,
};
type Adapters = TestRunnerOptions<typeof booking>['adapters'];

function runnerWith(
  changed: Partial<Adapters> = {},
  options: Partial<TestRunnerOptions<typeof booking>> = {},
) {
  return createTestRunner({ sagas: [booking], adapters: { ...adapters, ...changed }, ...options });
}

const start = async (runner: TestRunner, id = 's') => {
  await runner.start(booking, { seat: 'A1' }, { id });
  await runner.settle();
};

describe('the in-memory runner', () => {
  it('does nothing by itself', async () => {
    const runner = runnerWith();
    await runner.start(booking, { seat: 'A1' }, { id: 's' });
    expect(runner.calls()).toEqual([]);
    await runner.settle();
    expect(runner.calls().map(({ step }) => step)).toEqual(['reserve', 'notify']);
  });

  it('starts at the time that it is given, and moves time when it is told', async () => {
    const runner = runnerWith({}, { startAt: 1_000 });
    await start(runner);
    expect(await runner.get('s')).toMatchObject({ createdAt: 1_000, updatedAt: 1_000 });
    await runner.advance(500);
    expect(runner.now).toBe(1_500);
    await runner.send('s', { type: 'NOTE', text: 'hi' });
    expect(await runner.get('s')).toMatchObject({ createdAt: 1_000, updatedAt: 1_500 });
  });

  it('hands the trace of what caused a step to its adapter, of a timer that was armed in it, too', async () => {
    const trace = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
    const seen: [string, string | undefined][] = [];
    const note = (what: string, call: { readonly trace: { readonly traceparent?: string } }) =>
      seen.push([what, call.trace.traceparent]);
    const runner = runnerWith({
      reserve: (call) => {
        note(`reserve ${call.attempt}`, call);
        if (call.attempt === 1) throw new Error('again');
        return { reference: 'r' };
      },
      authorize: {
        ...adapters.authorize,
        run: (call) => {
          note('authorize', call);
          return { reference: 'p' };
        },
      },
      release: (call) => {
        note('release', call);
        return { ok: true };
      },
    });
    await runner.start(booking, { seat: 'A1' }, { id: 's', traceparent: trace('a') });
    await runner.runUntil(async () => (await runner.get('s'))?.state === 'RESERVED');
    await runner.send('s', { type: 'PAY' }, { traceparent: trace('b') });
    await runner.settle();
    await runner.start(booking, { seat: 'A2' }, { id: 't', traceparent: trace('c') });
    await runner.runUntil(async () => (await runner.get('t'))?.settled === true);
    await runner.start(booking, { seat: 'A3' }, { id: 'u', traceparent: 'nonsense' });
    await runner.settle();
    expect(seen).toEqual([
      ['reserve 1', trace('a')],
      ['reserve 2', trace('a')],
      ['authorize', trace('b')],
      ['reserve 1', trace('c')],
      ['reserve 2', trace('c')],
      ['release', trace('c')],
      ['reserve 1', undefined],
    ]);
  });

  it('notes every call with its key, attempt, input and time', async () => {
    const runner = runnerWith({
      reserve: ({ attempt }) => {
        if (attempt === 1) throw new Error('again');
        return { reference: 'r' };
      },
    });
    await start(runner);
    await runner.advance(100);
    const call = {
      kind: 'run',
      step: 'reserve',
      sagaId: 's',
      idempotencyKey: 's:reserve:1',
      input: { seat: 'A1' },
    };
    expect(runner.calls().slice(0, 2)).toEqual([
      { ...call, attempt: 1, at: 0 },
      { ...call, attempt: 2, at: 100 },
    ]);
  });

  it('lets everything happen at its own time, in order, whatever the step of time', async () => {
    const small = runnerWith({ reserve: () => Promise.reject(new Error('no')) });
    const large = runnerWith({ reserve: () => Promise.reject(new Error('no')) });
    await start(small);
    await start(large);
    for (let step = 0; step < 100; step += 1) await small.advance(10);
    await large.advance(1_000);
    expect(await small.history('s')).toEqual(await large.history('s'));
    expect(small.calls()).toEqual(large.calls());
  });

  it('does the same every time', async () => {
    const told = async () => {
      const runner = runnerWith();
      for (const id of ['a', 'b', 'c']) await runner.start(booking, { seat: id }, { id });
      await runner.settle();
      await runner.advance(20_000);
      return runner.calls();
    };
    expect(await told()).toEqual(await told());
  });

  it('gives an attempt its time, and aborts it when that is over', async () => {
    const aborted: boolean[] = [];
    const runner = runnerWith(
      {
        reserve: ({ signal, attempt }) => {
          signal.addEventListener('abort', () => aborted.push(true));
          return { reference: `attempt ${attempt}` };
        },
      },
      { latencyMs: ({ step, attempt }) => (step === 'reserve' ? ({ 1: 1_500, 2: 900 }[attempt] ?? 0) : 0) },
    );
    await start(runner);
    await runner.advance(999);
    expect(await runner.get('s')).toMatchObject({ steps: [{ status: 'running', attempts: 1 }] });
    await runner.advance(1);
    expect(aborted).toEqual([true]);
    expect(await runner.get('s')).toMatchObject({
      steps: [{ status: 'pending', error: 'timed out after 1000 ms' }],
    });
    await runner.advance(1_000);
    expect(await runner.get('s')).toMatchObject({ state: 'RESERVED', context: { reference: 'attempt 2' } });
  });

  it('prolongs an attempt that beats', async () => {
    let beat = (): void => undefined;
    const runner = runnerWith(
      {
        reserve: ({ heartbeat }) => {
          beat = heartbeat;
          return { reference: 'slow' };
        },
      },
      { latencyMs: ({ step }) => (step === 'reserve' ? 1_500 : 0) },
    );
    await start(runner);
    await runner.advance(900);
    beat();
    await runner.advance(700);
    expect(await runner.get('s')).toMatchObject({ context: { reference: 'slow' } });
  });

  it('ends a step at its deadline, whatever attempts are left', async () => {
    const runner = runnerWith({ reserve: () => later() });
    await start(runner);
    await runner.advance(59_999);
    expect(await runner.get('s')).toMatchObject({ state: 'RESERVING', steps: [{ status: 'awaiting' }] });
    await runner.advance(1);
    expect(await runner.get('s')).toMatchObject({
      state: { FAILED: 'done' },
      context: { failure: 'UNKNOWN' },
    });
  });

  it('fails loudly for a step without an adapter', async () => {
    const { reserve: _reserve, ...rest } = adapters;
    const options = { sagas: [booking], adapters: rest, startAt: 0, latencyMs: () => 0, held: undefined };
    const runner = new TestRunner([booking], options);
    await expect(start(runner)).rejects.toThrow("step 'reserve' has no adapter");
  });

  it('runs until something holds, and says so when it never will', async () => {
    const runner = runnerWith();
    await start(runner);
    const isCancelled = async () => JSON.stringify((await runner.get('s'))?.state).includes('CANCELLED');
    await runner.runUntil(isCancelled);
    expect(runner.now).toBe(10_000);
    await expect(runner.runUntil(() => false)).rejects.toThrow('nothing is left that could make it true');
  });

  it('stops a saga by hand', async () => {
    const runner = runnerWith();
    await start(runner);
    await runner.park('s', { actor: 'admin', reason: 'let me look' });
    expect(await runner.get('s')).toMatchObject({ status: 'parked', parked: [{ code: 'PARKED_BY_HAND' }] });
    await runner.retry('s', { actor: 'admin' });
    expect(await runner.get('s')).toMatchObject({ status: 'running' });
  });

  it('takes an event that an adapter sends before it answers', async () => {
    const runner: TestRunner = runnerWith({
      reserve: async ({ sagaId }) => {
        await runner.send(sagaId, { type: 'NOTE', text: 'from within' });
        return { reference: 'r' };
      },
    });
    await start(runner);
    expect(await runner.get('s')).toMatchObject({ state: 'RESERVED', context: { notes: ['from within'] } });
  });

  it('starts the newest version of a saga', async () => {
    const machine = { initial: 'a', states: { a: { tags: ['rest'] } } };
    const [one, two] = [1, 2].map((version) => sagaOf(machine, { name: 'shop', version }));
    const sagas = [one, two].flatMap((saga) => saga ?? []);
    const runner = new TestRunner(sagas, {
      sagas,
      adapters,
      startAt: 0,
      latencyMs: () => 0,
      held: undefined,
    });
    await runner.start({ name: 'shop' }, null, { id: 's' });
    expect(await runner.get('s')).toMatchObject({ version: 2 });
  });

  it('carries out several sagas', async () => {
    const runner = createTestRunner({ sagas: [booking, pair], adapters });
    await runner.start(pair, null, { id: 'p' });
    await start(runner);
    expect(await runner.get('p')).toMatchObject({ settled: true });
    expect(await runner.get('s')).toMatchObject({ state: 'RESERVED' });
  });

  it('does not ask the probe of a step that was declined', async () => {
    const runner = runnerWith({ authorize: { ...adapters.authorize, run: () => declined('NO_MONEY') } });
    await start(runner);
    await runner.send('s', { type: 'PAY' });
    await runner.settle();
    expect(await runner.get('s')).toMatchObject({ state: { FAILED: 'done' }, settled: true });
    expect(runner.calls().some(({ kind }) => kind === 'probe')).toBe(false);
  });
});

describe('a subscription', () => {
  it('gets each event of its type, in order per saga, from now on', async () => {
    const runner = runnerWith();
    const seen: unknown[] = [];
    await start(runner);
    await runner.send('s', { type: 'PAY' });
    await runner.settle();
    runner.on(
      'BOOKED',
      { name: 'mail' },
      ({ sagaId, sequence, event }) => void seen.push([sagaId, sequence, event]),
    );
    runner.on('PAID', { name: 'too late' }, () => void seen.push('never'));
    await runner.send('s', { type: 'ISSUE' });
    await runner.settle();
    expect(seen).toEqual([['s', 2, { type: 'BOOKED', seat: 'A1' }]]);
    expect(runner.published('s').map(({ event }) => event.type)).toEqual(['PAID', 'BOOKED', 'DONE']);
  });

  it('whose handler fails gets the event again, and the next one only afterwards', async () => {
    const runner = runnerWith();
    const seen: number[] = [];
    let failures = 2;
    for (const type of ['PAID', 'BOOKED', 'DONE']) {
      runner.on(type, { name: `log ${type}` }, ({ sequence }) => {
        failures -= 1;
        if (failures >= 0 && type === 'PAID') throw new Error('the mail server sleeps');
        seen.push(sequence);
      });
    }
    await start(runner);
    await runner.send('s', { type: 'PAY' });
    await runner.settle();
    expect(seen).toEqual([]);
    await runner.advance(5_000);
    expect(seen).toEqual([1]);
  });
});
