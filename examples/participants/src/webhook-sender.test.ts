import { eventually } from '@countermand/test-kit';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { QueuedWebhook } from './books.ts';
import { DEMO_WEBHOOK_SECRET } from './contract.ts';
import { type Answer, receiveWebhooks } from './testing/webhook-receiver.ts';
import { WebhookSender } from './webhook-sender.ts';

function queued(webhook_id: string, not_before = 0): QueuedWebhook {
  return {
    kind: 'webhook.queued',
    webhook_id,
    to: 'warehouse',
    not_before,
    webhook: { type: 'warehouse.packed', data: { order_id: 'o1', parcel_id: 'par_ü' } },
  };
}

async function start(
  answer?: Answer,
  secret = DEMO_WEBHOOK_SECRET,
  onDisk = Promise.resolve(),
  target?: string,
) {
  const receiver = await receiveWebhooks(DEMO_WEBHOOK_SECRET, answer);
  const delivered: [string, number][] = [];
  const sender = new WebhookSender({
    target: target ?? receiver.target,
    secret,
    settled: () => onDisk,
    delivered: (...about) => void delivered.push(about),
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => sender.stop());
  return { ...receiver, sender, delivered };
}

describe('webhooks', () => {
  it('arrive signed at the route of their kind', async () => {
    const { sender, received, delivered } = await start();
    sender.offer(queued('msg_1'));
    await eventually(() => expect(delivered).toEqual([['msg_1', 1]]));
    expect(received).toMatchObject([
      { id: 'msg_1', path: '/webhooks/warehouse', webhook: queued('msg_1').webhook },
    ]);
  });

  it('come again after a refusal, a redirect and a broken connection, with the same id', async () => {
    const { sender, received, delivered, target } = await start((nth, response) => {
      if (nth === 0) response.writeHead(500).end();
      else if (nth === 1) response.writeHead(307, { location: `${target}/elsewhere` }).end();
      else if (nth === 2) response.destroy();
      else response.writeHead(204).end();
    });
    sender.offer(queued('msg_1'));
    await eventually(() => expect(delivered).toEqual([['msg_1', 4]]));
    expect(received.map(({ id, path }) => `${id} ${path}`)).toEqual(
      Array.from({ length: 4 }, () => 'msg_1 /webhooks/warehouse'),
    );
    expect(new Set(received.map(({ signature }) => signature)).size).toBeGreaterThan(1);
  });

  it('are not believed when they are signed with another secret', async () => {
    const { sender, received, delivered, countForged } = await start(undefined, 'whsec_c29tZWJvZHkgZWxzZQ==');
    sender.offer(queued('msg_1'));
    await eventually(() => expect(countForged()).toBe(1));
    expect(received).toEqual([]);
    expect(delivered).toEqual([]);
  });

  it('stay until their time has come', async () => {
    const { sender, received, delivered } = await start();
    const notBefore = Date.now() + 600;
    sender.offer(queued('late', notBefore));
    sender.offer(queued('now'));
    await eventually(() => expect(delivered).toHaveLength(2));
    expect(received.map(({ id }) => id)).toEqual(['now', 'late']);
    expect(received[1]?.at).toBeGreaterThanOrEqual(notBefore);
  });

  it('wait for the disk', async () => {
    const disk = Promise.withResolvers<void>();
    const { sender, received, delivered, target } = await start(undefined, undefined, disk.promise);
    const { sender: other } = await start(undefined, undefined, Promise.resolve(), target);
    sender.offer(queued('waits'));
    other.offer(queued('does not'));
    await eventually(() => expect(received.map(({ id }) => id)).toEqual(['does not']));
    disk.resolve();
    await eventually(() => expect(delivered).toEqual([['waits', 1]]));
  });

  it('all arrive, a hundred of them, while one is refused', async () => {
    const { sender, delivered } = await start((_, response, id) => {
      response.writeHead(id === 'msg_7' ? 500 : 200).end();
    });
    for (let n = 0; n <= 100; n += 1) sender.offer(queued(`msg_${n}`));
    await eventually(() => expect(delivered).toHaveLength(100));
    expect(new Set(delivered.map(([id]) => id)).size).toBe(100);
  });
});
