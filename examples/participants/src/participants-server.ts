import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from 'pino';
import { createApp } from './http/app.ts';
import { JournalFile } from './journal/journal-file.ts';
import type { Settings } from './settings.ts';
import { TaskAlarm } from './task-alarm.ts';
import { WebhookSender } from './webhook-sender.ts';
import { World } from './world.ts';

const slowCaptureMs = 2_000;
const graceMs = 10_000;

export interface RunningParticipants {
  port: number;
  /** Finishes requests and webhooks under way, then closes the journal. */
  stop: () => Promise<void>;
}

/**
 * Reads the journal back and serves. Whoever calls it holds the lock of the data directory.
 * `onFatal` must end the process: the journal could not be written.
 */
export async function startParticipants(
  settings: Settings,
  log: Logger,
  onFatal: (error: unknown) => void,
): Promise<RunningParticipants> {
  const journalPath = join(settings.PARTICIPANTS_DATA, 'journal.jsonl');
  const world = new World({
    latePaymentDelayMs: settings.LATE_PAYMENT_DELAY,
    slowCaptureMs,
    paymentFailureRate: settings.MOCK_PAYMENT_FAILURE_RATE,
    autoFulfilment: settings.AUTO_FULFILMENT,
    fulfilmentDelayMs: settings.FULFILMENT_DELAY,
  });
  const { journal, reading, tornBytes } = await JournalFile.open(journalPath, world.replay, onFatal);
  if (tornBytes > 0) log.warn({ tornBytes }, 'cut a torn last line off the journal');
  for (const flaw of reading.flaws) log.error(flaw, 'journal line is not as it was written');

  const { fetch } = createApp({ world, journalPath, log });
  const server = createServer(getRequestListener(fetch, { overrideGlobalObjects: false }));
  server.listen(settings.PARTICIPANTS_PORT, settings.HOST);
  await once(server, 'listening');

  const alarm = new TaskAlarm((taskId) => world.runTask(taskId));
  const sender = new WebhookSender({
    target: settings.WEBHOOK_TARGET,
    secret: settings.WEBHOOK_SECRET,
    settled: () => world.settled(),
    delivered: (webhookId, attempts) => world.webhookDelivered(webhookId, attempts),
    log,
  });
  world.open(journal, {
    taskPlanned: (taskId, dueAt) => alarm.set(taskId, dueAt),
    webhookQueued: (webhook) => sender.offer(webhook),
  });

  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : settings.PARTICIPANTS_PORT;
  log.info({ port, data: settings.PARTICIPANTS_DATA, lines: reading.lines }, 'participants listening');
  const stop = async () => {
    alarm.stop();
    await Promise.all([closeServer(server), sender.stop()]);
    await journal.close();
  };
  return { port, stop };
}

/** Lets requests under way finish, for as long as the grace time; idle connections go at once. */
async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const grace = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(grace);
}
