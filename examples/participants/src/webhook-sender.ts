import type { Logger } from 'pino';
import { Webhook as Signer } from 'standardwebhooks';
import type { QueuedWebhook } from './books.ts';

const attemptTimeoutMs = 5_000;
const firstRetryMs = 500;
const longestRetryMs = 30_000;
const atOnce = 32;

export interface WebhookSenderOptions {
  /** `http://host:port` of the order service. */
  target: string;
  /** `whsec_` and base64. */
  secret: string;
  /** Nothing leaves before the line that queued it is on the disk. */
  settled: () => Promise<void>;
  delivered: (webhookId: string, attempts: number) => void;
  log: Logger;
}

/**
 * Delivers webhooks, signed as Standard Webhooks has it, until each has got a 2xx. At least once:
 * the receiver knows a repeat by its id, which never changes; every attempt is signed anew.
 */
export class WebhookSender {
  private readonly signer: Signer;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly ready: { webhook: QueuedWebhook; attempts: number }[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private stopped = false;

  constructor(private readonly options: WebhookSenderOptions) {
    this.signer = new Signer(options.secret);
  }

  /** Takes a webhook over for delivery; it goes out when its `not_before` has come. */
  offer(webhook: QueuedWebhook): void {
    this.wait(webhook, 0, webhook.not_before - Date.now());
  }

  /** Starts no attempt any more and waits for those under way, at most an attempt's timeout. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.ready.length = 0;
    await Promise.all(this.underWay);
  }

  private wait(webhook: QueuedWebhook, attempts: number, ms: number): void {
    if (this.stopped) return;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        this.ready.push({ webhook, attempts });
        this.pump();
      },
      Math.max(0, ms),
    );
    this.timers.add(timer);
  }

  private pump(): void {
    while (this.underWay.size < atOnce) {
      const next = this.ready.shift();
      if (!next) return;
      const attempt = this.attempt(next.webhook, next.attempts + 1).finally(() => {
        this.underWay.delete(attempt);
        this.pump();
      });
      this.underWay.add(attempt);
    }
  }

  private async attempt(queued: QueuedWebhook, attempts: number): Promise<void> {
    const { log, settled, delivered } = this.options;
    const { webhook_id, to, webhook } = queued;
    const about = { webhook_id, type: webhook.type, order_id: webhook.data.order_id, attempts };
    try {
      await settled();
      const status = await this.send(webhook_id, to, JSON.stringify(webhook));
      if (status >= 200 && status < 300) {
        delivered(webhook_id, attempts);
        log.info({ ...about, status }, 'webhook delivered');
        return;
      }
      log.warn({ ...about, status }, 'webhook refused');
    } catch (error) {
      log.warn({ ...about, reason: reasonOf(error) }, 'webhook failed');
    }
    this.wait(queued, attempts, Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs));
  }

  private async send(id: string, to: QueuedWebhook['to'], body: string): Promise<number> {
    const now = new Date();
    const response = await fetch(`${this.options.target}/webhooks/${to}`, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(attemptTimeoutMs),
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': this.signer.sign(id, now, body),
      },
      body,
    });
    await response.body?.cancel();
    return response.status;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
