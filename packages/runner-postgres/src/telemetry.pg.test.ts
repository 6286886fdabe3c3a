import { declined } from '@countermand/saga-core';
import { eventually } from '@countermand/test-kit';
import { context, ProxyTracerProvider, SpanStatusCode, trace } from '@opentelemetry/api';
import { TestClock } from 'pg-boss';
import { beforeEach, describe, expect, it } from 'vitest';
import { openTelemetry } from './opentelemetry/open-telemetry.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { originsOf, recordedTelemetry } from './test-support/recorded-telemetry.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

function openTraced(
  adapters: object = {},
  more: { readonly clock?: TestClock; readonly followUp?: boolean } = {},
) {
  const recorded = recordedTelemetry();
  const { trip: plain } = tripAdapters().adapters;
  const runner = openRunner({
    connection: url,
    sagas: [trip],
    adapters: { trip: { ...plain, ...adapters } },
    telemetry: recorded.telemetry,
    ...more,
  });
  return { ...recorded, runner };
}

const input = { seat: 'A', amount: 1 };

describe('the traces of a saga', () => {
  it.each([{ followUp: true }, { followUp: false }])(
    'a start and what follows from it at once are one trace; what comes later is its own, with followUp $followUp',
    async ({ followUp }) => {
      const { runner, spans, tracer } = openTraced({}, { followUp });
      await runner.on('TRIP_BOOKED', { name: 'mail' }, () => undefined);
      await runner.work();
      const request = tracer.startSpan('request');
      const { id } = await context.with(trace.setSpan(context.active(), request), () =>
        runner.start(trip, input),
      );
      request.end();
      await runner.waitFor(id, ({ state }) => state === 'RESERVED');
      await runner.send(id, { type: 'PAY' });
      await runner.waitFor(id, ({ settled }) => settled);
      await eventually(() =>
        expect(originsOf(spans())).toEqual({
          request: 'root',
          'start trip': 'in request',
          'trip start': 'in start trip',
          'step reserveSeat 1': 'in trip start',
          'trip reserveSeat.done': 'in step reserveSeat 1',
          'send PAY': 'root',
          'trip PAY': 'in send PAY',
          'step chargeCard 1': 'in trip PAY',
          'trip chargeCard.done': 'in step chargeCard 1',
          'step tellTraveller 1': 'in trip chargeCard.done',
          'deliver TRIP_BOOKED 1': 'in trip chargeCard.done',
          'trip tellTraveller.done': 'in step tellTraveller 1',
        }),
      );
      const paid = spans().find(({ name }) => name === 'trip PAY');
      expect(paid?.attributes).toMatchObject({
        'countermand.saga.id': id,
        'countermand.saga.version': 1,
        'countermand.state': 'PAYING',
        'countermand.outcome': 'applied',
      });
    },
  );

  it('a participant is told of its own attempt, and what an adapter traces itself belongs to that', async () => {
    const told: (string | undefined)[] = [];
    const { runner, spans, tracer } = openTraced({
      reserveSeat: (call: { trace: { traceparent?: string } }) => {
        told.push(call.trace.traceparent);
        tracer.startSpan('GET /seats').end();
        return { reservation: 'r' };
      },
    });
    await runner.work();
    await runner.start(trip, input);
    await eventually(() =>
      expect(originsOf(spans())).toMatchObject({ 'GET /seats': 'in step reserveSeat 1' }),
    );
    const attempt = await eventually(() => {
      const found = spans().find(({ name }) => name === 'step reserveSeat');
      if (!found) throw new Error('no attempt yet');
      return found.spanContext();
    });
    expect(told).toEqual([`00-${attempt.traceId}-${attempt.spanId}-01`]);
  });

  it('a retry is a trace of its own that is linked to what asked for the step, and what follows goes on with it', async () => {
    const { runner, spans } = openTraced({
      reserveSeat: ({ attempt }: { attempt: number }) => {
        if (attempt === 1) throw new Error('the line broke');
        return { reservation: 'r' };
      },
    });
    await runner.work();
    const { id } = await runner.start(trip, input);
    await runner.waitFor(id, ({ state }) => state === 'RESERVED');
    await eventually(() =>
      expect(originsOf(spans())).toMatchObject({
        'step reserveSeat 1': 'in trip start',
        'step reserveSeat 2': 'linked to trip start',
        'trip reserveSeat.done': 'in step reserveSeat 2',
      }),
    );
    const [first] = spans().filter(({ name }) => name === 'step reserveSeat');
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'the line broke' });
  });

  it('a timer is a trace of its own that is linked to what armed it, with the undos that follow', async () => {
    const clock = new TestClock();
    const { runner, spans } = openTraced({}, { clock });
    await runner.work();
    const { id } = await runner.start(trip, input);
    await eventually(async () => expect((await runner.get(id))?.state).toBe('RESERVED'));
    await clock.tick(61_000);
    await eventually(async () => expect((await runner.get(id))?.settled).toBe(true));
    await eventually(() =>
      expect(originsOf(spans())).toMatchObject({
        'trip timer.TTL': 'linked to trip reserveSeat.done',
        'undo releaseSeat 1': 'in trip timer.TTL',
      }),
    );
  });

  it('a decline is no error, an outcome that nobody knows is one', async () => {
    const { runner, spans } = openTraced({
      reserveSeat: ({ input: { seat } }: { input: { seat: string } }) => {
        if (seat === 'taken') return declined('TAKEN');
        throw new Error('no answer');
      },
    });
    await runner.work();
    for (const seat of ['taken', 'lost']) await runner.start(trip, { seat, amount: 1 }, { id: seat });
    for (const seat of ['taken', 'lost']) await runner.waitFor(seat, ({ settled }) => settled);
    const ends = await eventually(() => {
      const found = spans().filter(({ name }) => name === 'step reserveSeat');
      expect(found).toHaveLength(4);
      return found.map(({ attributes, status }) => [attributes['countermand.outcome'], status.code]);
    });
    expect(ends.sort()).toEqual([
      ['declined', SpanStatusCode.UNSET],
      ['retry', SpanStatusCode.ERROR],
      ['retry', SpanStatusCode.ERROR],
      ['unknown', SpanStatusCode.ERROR],
    ]);
  });

  it('an act of an administrator, its reason and what follows are traced from the call on', async () => {
    const { runner, spans } = openTraced({
      tellTraveller: ({ attempt }: { attempt: number }) => {
        if (spans().every(({ name }) => name !== 'retry') && attempt <= 3) throw new Error('no phone');
        return null;
      },
    });
    await runner.work();
    const { id } = await runner.start(trip, input);
    await runner.waitFor(id, ({ state }) => state === 'RESERVED');
    await runner.send(id, { type: 'PAY' });
    const parked = await runner.waitFor(id, ({ steps }) => steps.some(({ status }) => status === 'parked'));
    const step = parked.steps.find(({ status }) => status === 'parked')?.key ?? '';
    await runner.retry(id, { actor: 'ops:jane', step, reason: 'the phone is back' });
    await eventually(() => expect(originsOf(spans())).toMatchObject({ 'trip retry': 'in retry' }));
    const history = await runner.history(id);
    expect(history.find(({ event }) => event === 'retry')).toMatchObject({
      actor: 'ops:jane',
      reason: 'the phone is back',
    });
  });

  it('a call that fails is marked', async () => {
    const { runner, spans } = openTraced();
    await expect(runner.send('nobody', { type: 'PAY' })).rejects.toThrow('there is no saga nobody');
    expect(spans().find(({ name }) => name === 'send PAY')?.status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'there is no saga nobody',
    });
  });

  it('a saga that begins in a transaction of the caller goes on with the trace of the call', async () => {
    const { runner, spans } = openTraced();
    await runner.work();
    const client = await testPool(url).connect();
    await client.query('begin');
    const { id } = await runner.start(trip, input, { tx: client });
    await client.query('commit');
    client.release();
    await runner.waitFor(id, ({ state }) => state === 'RESERVED');
    await eventually(() =>
      expect(originsOf(spans())).toMatchObject({
        'trip start': 'in start trip',
        'step reserveSeat 1': 'in trip start',
      }),
    );
  });
});

it('without an SDK nothing is recorded, and a trace that comes in still goes through, retries too', async () => {
  const told: (string | undefined)[] = [];
  const { trip: plain } = tripAdapters().adapters;
  const runner = openRunner({
    connection: url,
    sagas: [trip],
    adapters: {
      trip: {
        ...plain,
        reserveSeat: ({ trace: { traceparent }, attempt }) => {
          told.push(traceparent);
          if (attempt === 1) throw new Error('once more');
          return { reservation: 'r' };
        },
      },
    },
    // What is global before anybody registers.
    telemetry: openTelemetry({ tracerProvider: new ProxyTracerProvider() }),
  });
  await runner.work();
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const { id } = await runner.start(trip, input, { traceparent });
  await runner.waitFor(id, ({ state }) => state === 'RESERVED');
  expect(told).toEqual([traceparent, traceparent]);
});

describe('the metrics of a runner', () => {
  it('tell how long steps took and which were repeated, what was decided, and in which batches', async () => {
    const { runner, points } = openTraced({
      reserveSeat: ({ attempt }: { attempt: number }) => {
        if (attempt === 1) throw new Error('the line broke');
        return { reservation: 'r' };
      },
    });
    await runner.on('TRIP_BOOKED', { name: 'mail' }, () => undefined);
    await runner.work();
    const { id } = await runner.start(trip, input);
    await runner.waitFor(id, ({ state }) => state === 'RESERVED');
    await runner.send(id, { type: 'PAY' });
    await runner.waitFor(id, ({ settled }) => settled);
    const of = async (name: string) =>
      (await points(name)).map(({ attributes, value }) => ({ ...attributes, n: countOf(value) }));
    const reserve = { saga: 'trip', step: 'reserveSeat', role: 'invoke' };
    expect(await of('countermand.step.duration')).toEqual(
      expect.arrayContaining([
        { ...reserve, outcome: 'retry', n: 1 },
        { ...reserve, outcome: 'done', n: 1 },
      ]),
    );
    expect(await of('countermand.step.retries')).toEqual([{ ...reserve, n: 1 }]);
    expect(await of('countermand.transitions')).toEqual(
      expect.arrayContaining([
        { saga: 'trip', cause: 'start', outcome: 'applied', n: 1 },
        { saga: 'trip', cause: 'event', outcome: 'applied', n: 1 },
      ]),
    );
    await eventually(async () =>
      expect(await of('countermand.delivery.duration')).toEqual([
        { event: 'TRIP_BOOKED', subscription: 'mail', outcome: 'done', n: 1 },
      ]),
    );
    const [batches] = await of('countermand.batch.size');
    const [commits] = await of('countermand.commit.duration');
    expect(batches?.n).toBeGreaterThanOrEqual(4);
    expect(commits).toMatchObject({ outcome: 'committed', n: batches?.n });
  });

  it('tell how many sagas there are by status, what waits, for how long, and who holds vacuum back', async () => {
    const { runner, points } = openTraced();
    for (const id of ['one', 'two']) await runner.start(trip, input, { id });
    await runner.park('two', { actor: 'ops', reason: 'look at it' });
    const client = await testPool(url).connect();
    await client.query('begin isolation level repeatable read; select 1');
    await runner.send('one', { type: 'NOTE', text: 'x' });
    const pool = testPool(url);
    await pool.query(`update countermand.outbox set due_at = now() - interval '90 s',
      created_at = now() - interval '90 s' where kind = 'step'`);
    const values = async (name: string) =>
      (await points(name)).map(({ attributes, value }) => [...Object.values(attributes), value]);
    expect(await values('countermand.sagas')).toEqual([
      ['trip', 'parked', 1],
      ['trip', 'running', 1],
    ]);
    expect(await values('countermand.sagas.parked')).toEqual([['trip', 1]]);
    expect(await values('countermand.outbox.rows')).toEqual([
      ['step', 'pending', 2],
      ['step', 'leased', 0],
      ['step', 'awaiting', 0],
      ['timer', 'pending', 0],
      ['publish', 'pending', 0],
      ['publish', 'leased', 0],
    ]);
    expect(await values('countermand.inbox.rows')).toEqual([
      ['pending', 0],
      ['early', 0],
      ['stuck', 0],
    ]);
    const [[lag]] = (await values('countermand.outbox.lag')) as [[number]];
    expect(lag).toBeGreaterThan(89);
    expect(await values('countermand.timer.lag')).toEqual([[0]]);
    const [[xmin]] = (await values('countermand.postgres.oldest_xmin_age')) as [[number]];
    expect(xmin).toBeGreaterThan(0);
    const [[open]] = (await values('countermand.postgres.oldest_transaction')) as [[number]];
    expect(open).toBeGreaterThan(0);
    await client.query('rollback');
    client.release();
  });
});

function countOf(value: unknown): number {
  return typeof value === 'number' ? value : (value as { count: number }).count;
}
