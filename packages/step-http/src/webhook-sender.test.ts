import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { serve } from './test-support/serve.js';
import {
  WEBHOOK_SCHEDULE_MS,
  type WebhookEvent,
  type WebhookNotTaken,
  webhookSender,
} from './webhook-sender.js';

const secrets = [`whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`];
const event: WebhookEvent = { id: 'p1:1', sagaId: 'p1', type: 'PARCEL_SENT', payload: {}, at: 0 };
const signal = new AbortController().signal;

async function failureOf(listener: RequestListener, attempt: number): Promise<WebhookNotTaken> {
  const send = webhookSender({ baseUrl: await serve(listener), secrets });
  return await send(event, { signal, attempt }).then(
    () => Promise.reject(new Error('it was taken')),
    (error: WebhookNotTaken) => error,
  );
}

describe('a webhook that is not taken', () => {
  it.each([1, 2, 3, 9, 10, 99])(
    'is sent again by the schedule, spread a little, after attempt %d',
    async (attempt) => {
      const { retryInMs } = await failureOf((_, response) => response.writeHead(500).end(), attempt);
      const waitMs = WEBHOOK_SCHEDULE_MS[Math.min(attempt, 9) - 1] ?? 0;
      expect(retryInMs).toBeGreaterThanOrEqual(waitMs);
      expect(retryInMs).toBeLessThanOrEqual(waitMs * 1.2);
    },
  );

  it.each([429, 503, 409])('waits as long as the receiver asks for with %d', async (status) => {
    const busy: RequestListener = (_, response) =>
      response.writeHead(status, { 'retry-after': '3600' }).end();
    expect((await failureOf(busy, 1)).retryInMs).toBe(3_600_000);
  });

  it('says why', async () => {
    const error = await failureOf((request) => request.socket.destroy(), 1);
    expect(error.message).toMatch(/^webhook p1:1: POST /);
  });
});

describe('a webhook whose receiver is gone', () => {
  it('is given up with its first 410', async () => {
    const gone: string[] = [];
    const send = webhookSender({
      baseUrl: await serve((_, response) => response.writeHead(410).end()),
      secrets,
      onGone: ({ id }) => gone.push(id),
    });
    await send(event, { signal, attempt: 1 });
    expect(gone).toEqual(['p1:1']);
  });
});

it.each([[[]], [['nope']]])('the secrets %j are refused before anything is sent', (given) => {
  expect(() => webhookSender({ baseUrl: 'http://localhost', secrets: given })).toThrow(TypeError);
});
