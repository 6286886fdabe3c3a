import { later, SagaError } from '@countermand/saga-core';
import { createTestRunner } from '@countermand/saga-core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parcelSaga } from './test-support/parcel-saga.js';
import { type WebhookReport, webhookReceiver } from './webhook-receiver.js';
import { signWebhook } from './webhook-signature.js';

const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const payload = z.discriminatedUnion('type', [
  z.object({ type: z.literal('parcel.collected'), parcel: z.string() }),
  z.object({ type: z.literal('parcel.weighed'), key: z.string(), grams: z.int() }),
  z.object({ type: z.literal('parcel.lost'), parcel: z.string() }),
  z.object({ type: z.literal('ping') }),
]);

function setUp() {
  const runner = createTestRunner({
    sagas: [parcelSaga],
    adapters: {
      bookPickup: { run: () => ({ pickup: 'pu-1' }), probe: () => Promise.reject(new Error('not asked')) },
      cancelPickup: () => ({ status: 'cancelled' as const }),
      weigh: () => later(),
    },
  });
  const reports: WebhookReport[] = [];
  const receive = webhookReceiver({
    source: 'carrier',
    secrets: [secret],
    runner,
    read: (webhook) => {
      const news = payload.parse(webhook.payload);
      if (news.type === 'ping') return undefined;
      if (news.type === 'parcel.lost') return { sagaId: news.parcel, event: { type: 'LOST' } };
      return news.type === 'parcel.collected'
        ? { sagaId: news.parcel, event: { type: 'COLLECTED' } }
        : { idempotencyKey: news.key, answer: { output: { grams: news.grams } } };
    },
    onReceived: (report) => reports.push(report),
  });
  const post = (body: string, id = 'wh_1', headers = {}) =>
    receive(
      new Request('http://localhost/webhooks', {
        method: 'POST',
        body,
        headers: { ...signWebhook([secret], id, Date.now(), body), ...headers },
      }),
    );
  return { runner, receive, post, reports };
}

describe('a webhook that comes in', () => {
  let given: ReturnType<typeof setUp>;
  beforeEach(async () => {
    given = setUp();
    await given.runner.start(parcelSaga, { parcel: 'p' }, { id: 'p1' });
    await given.runner.settle();
  });

  it('hands its trace on to what follows from it', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const traces: unknown[] = [];
    const { runner } = given;
    const awaiting = (await runner.get('p1'))?.steps.find(({ status }) => status === 'awaiting');
    const receive = webhookReceiver({
      source: 'carrier',
      secrets: [secret],
      runner: {
        send: (...args) => {
          traces.push(args[2]?.traceparent);
          return runner.send(...args);
        },
        answer: (...args) => {
          traces.push(args[2]?.traceparent);
          return runner.answer(...args);
        },
      },
      read: ({ id }) =>
        id === 'wh_answer'
          ? { idempotencyKey: `p1:${awaiting?.key}`, answer: { output: { grams: 2 } } }
          : { sagaId: 'p1', event: { type: 'COLLECTED' } },
    });
    for (const id of ['wh_event', 'wh_answer']) {
      const headers = { ...signWebhook([secret], id, Date.now(), '{}'), traceparent };
      const request = new Request('http://localhost/webhooks', { method: 'POST', body: '{}', headers });
      expect((await receive(request)).status).toBe(202);
    }
    expect(traces).toEqual([traceparent, traceparent]);
  });

  it('answers the step that waits for it, once', async () => {
    const body = '{"type":"parcel.weighed","key":"p1:0.parcel.WEIGHING:1","grams":70}';
    const [{ id, visit } = { id: '', visit: 0 }] =
      (await given.runner.get('p1'))?.steps.filter(({ status }) => status === 'awaiting') ?? [];
    const own = body.replace('0.parcel.WEIGHING:1', `${id}:${visit}`);
    expect((await given.post(own)).status).toBe(202);
    expect((await given.post(own)).status).toBe(202);
    await given.runner.settle();
    expect((await given.runner.get('p1'))?.state).toBe('SENT');
  });

  it('becomes an event of its saga, applied once however often it comes', async () => {
    const body = '{"type":"parcel.collected","parcel":"p1"}';
    for (let n = 0; n < 3; n += 1) expect((await given.post(body)).status).toBe(202);
    const history = await given.runner.history('p1');
    expect(history.filter(({ event }) => event === 'COLLECTED')).toHaveLength(1);
    expect(history.at(-1)?.actor).toBe('webhook:carrier');
  });

  it('is kept where its saga has not begun', async () => {
    expect((await given.post('{"type":"parcel.collected","parcel":"p2"}')).status).toBe(202);
    expect(given.reports.at(-1)?.outcome).toBe('deferred');
  });

  it('that means nothing here is answered with 204', async () => {
    expect((await given.post('{"type":"ping"}')).status).toBe(204);
  });

  it.each<[string, number, string, string, object?]>([
    [
      'signed by somebody else',
      401,
      'signature_invalid',
      '{"type":"ping"}',
      { 'webhook-signature': 'v1,AAAA' },
    ],
    ['too old', 401, 'too_old_or_new', '{"type":"ping"}', { 'webhook-timestamp': '1000' }],
    ['no JSON', 400, 'payload_invalid', '{"type":'],
    ['of an unknown type', 400, 'payload_invalid', '{"type":"parcel.exploded"}'],
    ['an event that may not be sent', 400, 'EVENT_NOT_DECLARED', '{"type":"parcel.lost","parcel":"p1"}'],
    [
      'an answer nobody waits for',
      404,
      'ANSWER_UNKNOWN',
      '{"type":"parcel.weighed","key":"p1:x:1","grams":1}',
    ],
    ['too large', 413, 'body_too_large', `"${'x'.repeat(70_000)}"`],
  ])('that is %s is answered with %d (%s)', async (_what, status, code, body, headers = {}) => {
    const response = await given.post(body, 'wh_9', headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, code });
  });

  it('that comes while too many wait is answered with 503, so that it is sent again', async () => {
    const busy = () => Promise.reject(new SagaError('OVERLOADED', 'try again later'));
    const receive = webhookReceiver({
      source: 'carrier',
      secrets: [secret],
      runner: { send: busy, answer: busy },
      read: () => ({ sagaId: 'p1', event: { type: 'COLLECTED' } }),
    });
    const headers = { ...signWebhook([secret], 'wh_1', Date.now(), '{}') };
    const response = await receive(new Request('http://localhost', { method: 'POST', body: '{}', headers }));
    expect(response.status).toBe(503);
  });

  it('is asked for by POST', async () => {
    expect((await given.receive(new Request('http://localhost/webhooks'))).status).toBe(405);
  });
});
