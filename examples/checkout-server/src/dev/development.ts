import type { Logger } from 'pino';
import type { ParticipantsClient } from '../adapters/participants-client.ts';
import type { KeptAlive } from '../processes/keep-alive.ts';
import type { WorkerProcess } from '../processes/worker-process.ts';
import type { Settings } from '../settings.ts';
import { Incidents } from './incidents.ts';
import { Suspendable } from './suspendable.ts';
import { type TakenWebhook, WebhookDesk } from './webhook-desk.ts';

const SLOW_MS = 900;

/** What the means to break things are made of. */
export interface DevelopmentParts {
  readonly settings: Settings;
  readonly log: Logger;
  readonly client: ParticipantsClient;
  /** Where the worker is a process of its own. */
  readonly worker: WorkerProcess | undefined;
  /** Where this server has started the participants. */
  readonly participants: KeptAlive | undefined;
}

/** The means to break what this server works with, and a record of what was broken. Made in development only. */
export class Development {
  readonly incidents = new Incidents();
  readonly webhooks: WebhookDesk;
  readonly worker: WorkerProcess | undefined;
  readonly participants: Suspendable | undefined;
  /** The process that was slowed down: one that has been started again is fast. */
  #slowPid: number | undefined;

  constructor(private readonly parts: DevelopmentParts) {
    const { settings, worker, participants } = parts;
    const host = settings.HOST === '0.0.0.0' ? '127.0.0.1' : settings.HOST;
    this.webhooks = new WebhookDesk(`http://${host}:${settings.PORT}`, settings.WEBHOOK_SECRET);
    this.worker = worker;
    this.participants = participants && new Suspendable(participants);
    worker?.watch((event) => {
      if (event.kind === 'back') {
        const { pid, awayMs } = event;
        this.incidents.note(
          'recovery',
          `The worker is back after ${(awayMs / 1_000).toFixed(1)} s, as process ${pid}.`,
        );
      } else if (event.struck) {
        const { step, sagaId } = event.struck;
        const text = `Worker ${event.pid} was killed (kill -9) in the middle of ${step}: done in the world, not yet written down here.`;
        this.incidents.note('fault', text, sagaId);
      }
    });
  }

  /** Notes a webhook that was taken, and whether it was a repeat. */
  webhookTaken(taken: TakenWebhook): void {
    const { webhook, duplicate } = taken;
    this.webhooks.remember(taken);
    if (!duplicate) return;
    const text = `'${webhook.type}' came again, and has changed nothing.`;
    this.incidents.note('duplicate', text, webhook.data.order_id);
  }

  /** Whether every service takes about a second to answer. */
  get isSlow(): boolean {
    return this.#slowPid !== undefined && this.#slowPid === this.#participantsPid;
  }

  /** Makes every service take about a second for a call, so that people can follow; or no longer. @throws ParticipantFailure */
  async slowDown(isSlow: boolean): Promise<void> {
    const body = JSON.stringify(
      isSlow ? { service: 'all', mode: 'slow', ms: SLOW_MS } : { service: 'all', mode: 'off' },
    );
    await this.parts.client.relay('/dev/faults', { method: 'POST', body });
    this.#slowPid = isSlow ? this.#participantsPid : undefined;
  }

  /** Those that somebody else has started are taken for one process. */
  get #participantsPid(): number {
    return this.participants?.pid ?? 0;
  }
}
