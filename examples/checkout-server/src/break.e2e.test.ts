import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveOrder, LiveWorld } from './dev/live-contract.ts';
import { ownSettings, type ServerProcess, startServer } from './testing/start-server.ts';
import { watchLive } from './testing/watch-live.ts';

let server: ServerProcess;
let dispose: () => Promise<void>;

beforeAll(async () => {
  const own = await ownSettings({ WORKER_PROCESS: 'true' });
  dispose = own.dispose;
  server = await startServer(own.env);
});

afterAll(async () => {
  await server.stop();
  await dispose();
});

async function breakIt(what: 'worker' | 'services' | 'webhook', how: object): Promise<string> {
  const answer = await server.post(`/dev/break/${what}`, how, 'demo-admin');
  expect(answer.status, answer.text).toBe(200);
  return String(answer.body['done']);
}

async function world(): Promise<LiveWorld> {
  return await watchLive(server.url, '', 'world');
}

async function oneCapture(id: string): Promise<void> {
  expect(await server.ledger(id)).toMatchObject({ captured: 2_450, captures: 1, refunds: 0 });
}

describe('the worker, a process of its own', () => {
  it('is killed in the middle of a step; it comes back, and the order goes on, with one effect', async () => {
    await breakIt('worker', { in_the_middle_of: 'authorize' });
    const before = await world();
    const id = await server.place('phone-case');
    await server.pay(id, 'tok_ok');
    await server.passes(id, 'CONFIRMED');
    await oneCapture(id);
    const after = await world();
    expect(after.worker).toMatchObject({ where: 'process', is: 'working' });
    expect(after.worker.pid).not.toBe(before.worker.pid);
    expect(after.incidents.map(({ kind, order_id }) => ({ kind, order_id }))).toEqual(
      expect.arrayContaining([
        { kind: 'fault', order_id: id },
        { kind: 'recovery', order_id: undefined },
      ]),
    );
    const { steps } = await watchLive<LiveOrder>(server.url, id, 'order');
    expect(steps.find(({ name }) => name === 'authorize')).toMatchObject({ status: 'done', attempts: 2 });
  });

  it('is killed at once, and is ready again', async () => {
    const { pid } = (await world()).worker;
    expect(await breakIt('worker', {})).toContain(`${pid}`);
    expect((await server.get('/readyz')).status).toBe(503);
    await server.eventually(async () => {
      expect((await server.get('/readyz')).status).toBe(200);
    });
    expect((await world()).worker.pid).not.toBe(pid);
  });

  it('refuses to die in a step that an order does not have', async () => {
    const answer = await server.post('/dev/break/worker', { in_the_middle_of: 'x' }, 'demo-admin');
    expect(answer).toMatchObject({ status: 404, body: { detail: "The order has no step 'x'." } });
  });
});

describe('the payment service', () => {
  it('is stopped with an order on its way, and started again: the order completes, paid once', async () => {
    const id = await server.place('phone-case');
    await server.reaches(id, 'RESERVED');
    await breakIt('services', { act: 'stop' });
    await server.pay(id, 'tok_ok');
    await server.reaches(id, 'PAYMENT_PENDING');
    const stopped = await world();
    expect(stopped.services?.is).toBe('stopped');
    // An order can be placed meanwhile.
    const meanwhile = await server.place('phone-case');
    await breakIt('services', { act: 'start' });
    await server.passes(id, 'CONFIRMED');
    await oneCapture(id);
    await server.reaches(meanwhile, 'RESERVED');
  });
});

describe('webhooks', () => {
  it('that come again change nothing, under the same id and under a new one', async () => {
    const id = await server.place('phone-case');
    await server.pay(id, 'tok_ok');
    await server.eventually(async () =>
      expect((await server.history(id)).map(({ event }) => event)).toContain('PAYMENT_SUCCEEDED'),
    );
    const before = await server.history(id);
    await breakIt('webhook', { act: 'again', order_id: id });
    const after = await server.history(id);
    expect(after.filter(({ event }) => event === 'PAYMENT_SUCCEEDED')).toHaveLength(1);
    expect(after.length).toBeGreaterThanOrEqual(before.length);
    expect((await world()).incidents[0]).toMatchObject({ kind: 'duplicate', order_id: id });
    await breakIt('webhook', { act: 'as_news', order_id: id });
    const news = (await server.history(id)).filter(({ event }) => event === 'PAYMENT_SUCCEEDED');
    expect(news.map(({ outcome }) => outcome)).toEqual([expect.any(String), 'ignored']);
    await oneCapture(id);
  });

  it('that come too early are kept, and late ones are taken when they come', async () => {
    const id = await server.place('phone-case');
    await breakIt('webhook', { act: 'early', order_id: id });
    expect(await server.history(id)).toContainEqual(
      expect.objectContaining({ event: 'WAREHOUSE_PACKED', outcome: 'deferred' }),
    );
    await breakIt('webhook', { act: 'hold', seconds: 5 });
    expect((await server.webhook('carrier', {})).status).toBe(503);
    await server.pay(id, 'tok_ok');
    await server.settles(id, 'IN_TRANSIT', 60_000);
    await oneCapture(id);
  });
});

describe('after all of that', () => {
  it('every invariant holds, and the page is told so', async () => {
    await server.invariantsHold();
    await server.eventually(async () => {
      const { judgement, counts } = await world();
      expect(judgement).toMatchObject({ ok: true, details: [] });
      expect(counts.fault).toBeGreaterThan(5);
    });
  });

  it('the worker ends with the server, also when that is killed', async () => {
    const { pid = 0 } = (await world()).worker;
    await server.kill();
    await server.eventually(async () => expect(await isThere(pid)).toBe(false));
    server = await server.restart();
    expect((await world()).worker.pid).not.toBe(pid);
  });
});

function isThere(pid: number): Promise<boolean> {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return Promise.resolve(!state.startsWith('Z'));
  } catch {
    return Promise.resolve(false);
  }
}
