import type { Refusal } from '@countermand-examples/participants/contract';
import { type CircuitBreakerPolicy, circuitBreaker, handleType, SamplingBreaker } from 'cockatiel';
import { ParticipantFailure } from './participant-failure.ts';

const MAX_ANSWER_BYTES = 1024 * 1024;
const TIMEOUT_MS = 8_000;
const OPEN_MS = 1_000;
/** One payment that never answers must not shut a service off for everybody: it takes many, and most of them. */
const BREAKER = { threshold: 0.7, duration: 10_000, minimumRps: 2 };

/** What a participant answered: it did it (2xx), or it says definitely no (409). */
export type Answer = { readonly status: number; readonly body: unknown } | { readonly refusal: Refusal };

/** One command to a participant. */
export interface Command {
  /** Below the participants' address; its first part is the service. */
  readonly path: string;
  readonly body: object;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  readonly trace?: { readonly traceparent?: string };
}

/**
 * Calls the participants by HTTP: one address, no redirects, limits of time and size, and a circuit breaker for each
 * service, so that one that is down is given a rest.
 */
export class ParticipantsClient {
  readonly #breakers = new Map<string, CircuitBreakerPolicy>();

  constructor(private readonly baseUrl: string) {}

  /** Sends a command. @throws ParticipantFailure for anything but 2xx and 409; BrokenCircuitError */
  async send({ path, body, idempotencyKey, signal, trace }: Command): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
      ...(trace?.traceparent !== undefined && { traceparent: trace.traceparent }),
    };
    const answer = await this.#call(path, { method: 'POST', headers, body: JSON.stringify(body), signal });
    if (answer.status === 409) return { refusal: answer.body as Refusal };
    return answer;
  }

  /** Reads something that may be read again. @throws ParticipantFailure; BrokenCircuitError */
  async get<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    const { status, body } = await this.#call(path, { method: 'GET', ...(signal && { signal }) });
    if (status === 409) throw new ParticipantFailure(`GET ${path} answered 409`);
    // The participants' own contract says what is there; whoever calls knows which part of it.
    return body as Body;
  }

  /** Passes a request on, errors included, without the breaker. @throws ParticipantFailure where nothing comes back */
  async relay(
    path: string,
    init: { readonly method: string; readonly body?: string; readonly maxBytes?: number },
  ): Promise<{ status: number; body: unknown }> {
    const { method, body, maxBytes } = init;
    const headers = { 'content-type': 'application/json' };
    return await this.#fetch(path, { method, headers, ...(body !== undefined && { body }) }, maxBytes);
  }

  async #call(path: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
    const [, service = ''] = path.split('/');
    return await this.#breaker(service).execute(async () => {
      const answer = await this.#fetch(path, init);
      if ((answer.status >= 200 && answer.status < 300) || answer.status === 409) return answer;
      throw new ParticipantFailure(`${init.method} ${path} answered ${answer.status}`);
    });
  }

  async #fetch(
    path: string,
    init: RequestInit,
    maxBytes = MAX_ANSWER_BYTES,
  ): Promise<{ status: number; body: unknown }> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    try {
      const response = await fetch(this.baseUrl + path, { ...init, signal, redirect: 'error' });
      return { status: response.status, body: JSON.parse(await readLimited(response, maxBytes)) };
    } catch (error) {
      throw new ParticipantFailure(`${init.method} ${path}: ${reasonOf(error)}`, { cause: error });
    }
  }

  #breaker(service: string): CircuitBreakerPolicy {
    const known = this.#breakers.get(service);
    if (known) return known;
    const breaker = circuitBreaker(handleType(ParticipantFailure), {
      halfOpenAfter: OPEN_MS,
      breaker: new SamplingBreaker(BREAKER),
    });
    this.#breakers.set(service, breaker);
    return breaker;
  }
}

async function readLimited(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
