import { randomUUID } from 'node:crypto';
import { signWebhook } from '@countermand/step-http';
import type { Webhook } from '@countermand-examples/participants/contract';

/** A webhook that was taken, as it came. */
export interface TakenWebhook {
  readonly sender: 'payments' | 'warehouse' | 'carrier';
  readonly id: string;
  readonly webhook: Webhook;
  /** It had come before, and has changed nothing. */
  readonly duplicate: boolean;
}

const KEPT_ORDERS = 200;
const TIMEOUT_MS = 10_000;

/** Delivers webhooks as no well-behaved sender would: again, early; or keeps them from being taken for a while. */
export class WebhookDesk {
  readonly #last = new Map<string, TakenWebhook>();
  #heldUntil = 0;

  /**
   * @param url - this server's own address
   * @param secrets - `whsec_` and base64; the first one signs
   */
  constructor(
    private readonly url: string,
    private readonly secrets: readonly string[],
  ) {}

  /** Keeps it as the order's last one. */
  remember(taken: TakenWebhook): void {
    const { order_id } = taken.webhook.data;
    this.#last.delete(order_id);
    this.#last.set(order_id, taken);
    const [oldest] = this.#last.keys();
    if (this.#last.size > KEPT_ORDERS && oldest !== undefined) this.#last.delete(oldest);
  }

  /** The order's last one, if it has come since the server has started. */
  last(orderId: string): TakenWebhook | undefined {
    return this.#last.get(orderId);
  }

  /** No webhook is taken for that long: their senders are told to come again, and do. */
  hold(forMs: number): void {
    this.#heldUntil = Date.now() + forMs;
  }

  /** Until when none is taken, in milliseconds since the epoch; `undefined` when they are. */
  get heldUntil(): number | undefined {
    return this.#heldUntil > Date.now() ? this.#heldUntil : undefined;
  }

  /** Sends the very same webhook again, by HTTP, signed anew as its sender would. Answers the HTTP status. */
  async again({ sender, id, webhook }: TakenWebhook): Promise<number> {
    return await this.#send(sender, id, webhook);
  }

  /** The same news under an id of its own, as a sender that has forgotten what it has sent. Answers the HTTP status. */
  async asNews({ sender, webhook }: TakenWebhook): Promise<number> {
    return await this.#send(sender, `msg_${randomUUID()}`, webhook);
  }

  /** The warehouse's "packed" for an order that it may not even know yet. Answers the HTTP status. */
  async packedEarly(orderId: string): Promise<number> {
    const data = { order_id: orderId, parcel_id: `par_${randomUUID().slice(0, 8)}` };
    return await this.#send('warehouse', `msg_${randomUUID()}`, { type: 'warehouse.packed', data });
  }

  async #send(sender: TakenWebhook['sender'], id: string, webhook: Webhook): Promise<number> {
    const body = JSON.stringify(webhook);
    const signed = signWebhook(this.secrets, id, Date.now(), body);
    const response = await fetch(`${this.url}/webhooks/${sender}`, {
      method: 'POST',
      headers: { ...signed, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.status;
  }
}
