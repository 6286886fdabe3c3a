import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '@countermand/test-kit';
import { describe, expect, it } from 'vitest';
import { type BooksAnswer, DEMO_WEBHOOK_SECRET } from './contract.ts';
import { type Answer, type Participants, spawnParticipants, startProcess } from './testing/start-process.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';
import { receiveWebhooks } from './testing/webhook-receiver.ts';

const amount = { amount: 500, currency: 'EUR' };
const items = [{ sku: 'limited-edition', quantity: 1 }];

/** Nobody listens there. */
const nobody = 'http://127.0.0.1:9';

async function readBooks({ get }: Participants): Promise<BooksAnswer> {
  return (await get('/dev/books')).body as unknown as BooksAnswer;
}

describe('after kill -9', () => {
  it('every answer that was given still holds, every effect is there once, and 10 units went to 10 of 200', async () => {
    const { target, received } = await receiveWebhooks(DEMO_WEBHOOK_SECRET);
    const settings = { PARTICIPANTS_DATA: await temporaryDirectory(), WEBHOOK_TARGET: target };
    const answers = new Map<string, Answer>();
    const changedAnswers: unknown[] = [];
    let replays = 0;
    const buy = async ({ post }: Participants, order_id: string) => {
      const p1 = { order_id, payment: 'p1' };
      const send = async (path: string, body: object) => {
        const key = `${order_id}:${path}`;
        const answer = await post(path, body, key);
        const known = answers.get(key) ?? answer;
        if (!isDeepStrictEqual([answer.status, answer.body], [known.status, known.body])) {
          changedAnswers.push({ key, known, answer });
        }
        if (answer.replayed) replays += 1;
        answers.set(key, answer);
        return answer.status;
      };
      if ((await send('/inventory/reserve', { order_id, items })) !== 200) return;
      await send('/payments/authorize', { ...p1, amount, token: 'tok_ok' });
      await send('/payments/capture', { ...p1, amount });
      await send('/inventory/commit', { order_id });
    };
    const buyers = Array.from({ length: 200 }, (_, n) => `o${n}`);
    let cutOff = 0;
    for (const killAfter of [0, 15, 60, 205, 215]) {
      const participants = await startProcess(settings);
      const killer = eventually(() => expect(answers.size).toBeGreaterThan(killAfter), { intervalMs: 1 });
      const bought = Promise.allSettled(buyers.map((order_id) => buy(participants, order_id)));
      await killer.then(participants.kill);
      cutOff += (await bought).filter(({ status }) => status === 'rejected').length;
    }
    expect(cutOff).toBeGreaterThan(0);

    const participants = await startProcess(settings);
    await Promise.all(buyers.map((order_id) => buy(participants, order_id)));
    expect(changedAnswers).toEqual([]);
    expect(replays).toBeGreaterThan(0);
    const books = await readBooks(participants);
    expect(books).toMatchObject({ stockViolations: [], paymentViolations: [], flaws: [] });
    expect(books.stock['limited-edition']).toEqual({ initial: 10, available: 0, reserved: 0, sold: 10 });
    expect(new Set(Object.values(books.effects).map(({ count }) => count))).toEqual(new Set([1]));
    expect(Object.keys(books.effects).sort()).toEqual([...answers.keys()].sort());
    const paid = Object.values(books.orders).filter(({ captures }) => captures > 0);
    expect(paid).toHaveLength(10);
    expect(paid.every(({ captured, captures }) => captured === 500 && captures === 1)).toBe(true);
    await eventually(async () => expect((await readBooks(participants)).webhooks.waiting).toBe(0));
    expect(new Set(received.map(({ webhook }) => webhook.data.order_id)).size).toBe(10);
  });

  it('webhooks and late captures that were due go on, and a torn last line is cut off', async () => {
    const data = await temporaryDirectory();
    const settings = { PARTICIPANTS_DATA: data, LATE_PAYMENT_DELAY: '300ms' };
    const before = await startProcess({ ...settings, WEBHOOK_TARGET: nobody });
    for (const [order_id, token] of [
      ['o1', 'tok_ok'],
      ['o2', 'tok_late'],
    ] as const) {
      const p1 = { order_id, payment: 'p1', amount };
      await before.post('/payments/authorize', { ...p1, token }, `${order_id}:authorize`);
      await before.post('/payments/capture', p1, `${order_id}:capture`);
    }
    await before.kill();
    await appendFile(join(data, 'journal.jsonl'), '{"sum":"0123456789abcdef","entry":{"seq":7,"at":"20');

    const { target, received } = await receiveWebhooks(DEMO_WEBHOOK_SECRET);
    const after = await startProcess({ ...settings, WEBHOOK_TARGET: target });
    await eventually(() =>
      expect(received.map(({ webhook }) => webhook.data.order_id).sort()).toEqual(['o1', 'o2']),
    );
    await eventually(async () => {
      expect(await readBooks(after)).toMatchObject({
        orders: { o1: { captured: 500, captures: 1 }, o2: { captured: 500, captures: 1 } },
        webhooks: { queued: 2, delivered: 2, waiting: 0 },
        flaws: [],
      });
    });
    const { answer, replayed } = await after
      .post('/payments/capture', { order_id: 'o2', payment: 'p1', amount }, 'o2:capture')
      .then(({ body, replayed }) => ({ answer: body, replayed }));
    expect(answer).toMatchObject({ status: 'pending' });
    expect(replayed).toBe(true);
  });
});

describe('the process', () => {
  it('finishes what it has begun on SIGTERM, and exits with 0', async () => {
    const data = await temporaryDirectory();
    const { post, child, exited } = await startProcess({ PARTICIPANTS_DATA: data, WEBHOOK_TARGET: nobody });
    const p1 = { order_id: 'o1', payment: 'p1', amount };
    await post('/payments/authorize', { ...p1, token: 'tok_slow' }, 'authorize');
    const capture = post('/payments/capture', p1, 'capture');
    // The capture is on its way once a later request has been answered.
    await post('/fulfilment/orders', { order_id: 'o1' }, 'open');
    child.kill('SIGTERM');
    expect(await capture).toMatchObject({ status: 200, body: { status: 'captured' } });
    expect(await exited).toBe(0);
    expect(await readFile(join(data, 'journal.jsonl'), 'utf8')).toContain('payment.captured');
  });

  it('refuses a data directory that another one uses, and says who', async () => {
    const settings = { PARTICIPANTS_DATA: await temporaryDirectory(), WEBHOOK_TARGET: nobody };
    const first = await startProcess(settings);
    const second = spawnParticipants(settings);
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toMatch(
      new RegExp(`^participants: .* in use by process ${first.child.pid}; .*\n$`),
    );
    await first.kill();
    await startProcess(settings);
  });

  it.each([
    [{ LATE_PAYMENT_DELAY: 'soon' }, 'LATE_PAYMENT_DELAY: use a duration such as 500ms, 20s, 15m or 1h'],
    [{ WEBHOOK_SECRET: 'hush' }, 'WEBHOOK_SECRET: use whsec_ and base64, several with commas'],
  ])('stops at the bad setting %o with one line', async (settings, message) => {
    const { exited, stderr } = spawnParticipants(settings);
    expect(await exited).toBe(1);
    expect(stderr()).toBe(`participants: ${message}\n`);
  });

  it('stops with one line where its port is taken', async () => {
    const { port } = await receiveWebhooks(DEMO_WEBHOOK_SECRET);
    const { exited, stderr } = spawnParticipants({
      PARTICIPANTS_PORT: String(port),
      PARTICIPANTS_DATA: await temporaryDirectory(),
    });
    expect(await exited).toBe(1);
    expect(stderr()).toBe(`participants: port ${port} is taken; set PARTICIPANTS_PORT to another\n`);
  });
});
