import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { FakePayments, Refusal } from './fake-payments.ts';

const KEY_LIFE_MS = 24 * 60 * 60_000;

interface SavedAnswer {
  readonly request: string;
  readonly atMs: number;
  /** Absent while the first request with this key is under way. */
  answer?: { readonly status: number; readonly body: object };
}

/** What a fault does to the next requests: the work is done and the answer lost, or the request is refused unread. */
export type StripeFault = 'answer lost' | 'rate limited' | 'error after the work' | 'error before the work';

/** The part of Stripe's HTTP interface that the adapters use, on a port of its own. Time goes by hand. */
export class FakeStripe {
  readonly payments = new FakePayments();
  /** Requests that were made, as `POST /v1/refunds`. */
  readonly requests: string[] = [];
  #nowMs = Date.UTC(2026, 0, 1);
  readonly #saved = new Map<string, SavedAnswer>();
  readonly #faults: { readonly fault: StripeFault; readonly of: RegExp }[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  /** Requests wait at it while it is there, after their key has been taken. */
  held: Promise<void> | undefined;

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The next `times` requests that look like `of` meet this fault. */
  fail(fault: StripeFault, of: RegExp, times = 1): void {
    for (let count = 0; count < times; count += 1) this.#faults.push({ fault, of });
  }

  /** Lets time go by: keys are forgotten after 24 hours, authorizations after 7 days. */
  wait(ms: number): void {
    this.#nowMs += ms;
    for (const [key, { atMs }] of this.#saved) {
      if (this.#nowMs - atMs >= KEY_LIFE_MS) this.#saved.delete(key);
    }
    this.payments.expire(this.#nowMs);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const name = `${request.method} ${request.url}`;
    this.requests.push(name);
    const fault = this.#nextFault(name);
    if (fault === 'rate limited') return send(response, 429, refused('rate_limit', 'Too many requests'));
    const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
    const answer = await this.#answer(name, body, typeof key === 'string' ? key : undefined, fault);
    // As when the connection breaks after Stripe has done its work.
    if (fault === 'answer lost') return void request.socket.destroy();
    send(response, answer.status, answer.body);
  }

  #nextFault(name: string): StripeFault | undefined {
    const index = this.#faults.findIndex(({ of }) => of.test(name));
    return index < 0 ? undefined : this.#faults.splice(index, 1)[0]?.fault;
  }

  /** With a key: what was said first is said again, a 500 too; never for another request, nor while that is under way. */
  async #answer(name: string, body: string, key: string | undefined, fault: StripeFault | undefined) {
    if (key === undefined) return this.#work(name, body, fault);
    const request = `${name} ${body}`;
    const saved = this.#saved.get(key);
    if (saved && saved.request !== request)
      return {
        status: 400,
        body: refused('idempotency_error', 'Keys can only be used with the same parameters'),
      };
    if (saved) return saved.answer ?? { status: 409, body: refused('idempotency_key_in_use', 'In use') };
    const entry: SavedAnswer = { request, atMs: this.#nowMs };
    this.#saved.set(key, entry);
    await this.held;
    entry.answer = this.#work(name, body, fault);
    return entry.answer;
  }

  #work(name: string, body: string, fault: StripeFault | undefined): { status: number; body: object } {
    const broken = { status: 500, body: refused('api_error', 'Something went wrong on our end') };
    if (fault === 'error before the work') return broken;
    try {
      const result = this.payments.handle(name, new URLSearchParams(body), this.#nowMs);
      return fault === 'error after the work' ? broken : { status: 200, body: result };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: { error: error.error } };
    }
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_fake' });
  response.end(JSON.stringify(body));
}

function refused(what: string, message: string): object {
  const type = what === 'idempotency_error' || what === 'api_error' ? what : 'invalid_request_error';
  return { error: { type, code: what, message } };
}
