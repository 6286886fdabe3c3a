import {
  type HttpAnswer,
  HttpCallError,
  type HttpRequest,
  type HttpService,
  httpService,
} from '@countermand/step-http';
import type { Refusal } from '@countermand-examples/participants/contract';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ParticipantFailure } from './participant-failure.ts';

const TIMEOUT_MS = 8_000;

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
  readonly #services = new Map<string, HttpService>();

  constructor(private readonly baseUrl: string) {}

  /** Sends a command. @throws ParticipantFailure for anything but 2xx and 409, and while its service is given a rest */
  async send({ path, body, idempotencyKey, signal, trace }: Command): Promise<Answer> {
    const headers = {
      'idempotency-key': idempotencyKey,
      ...(trace?.traceparent !== undefined && { traceparent: trace.traceparent }),
    };
    const { status, body: answer } = await this.#call({ method: 'POST', path, headers, body, signal });
    return status === 409 ? { refusal: answer as Refusal } : { status, body: answer };
  }

  /** Reads something that may be read again. @throws ParticipantFailure */
  async get<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    const { status, body } = await this.#call({ method: 'GET', path, ...(signal && { signal }) });
    if (status === 409) throw new ParticipantFailure(`GET ${path} answered 409`);
    // The participants' own contract says what is there; whoever calls knows which part of it.
    return body as Body;
  }

  /** Passes a request on, refusals included, without the breaker. @throws ParticipantFailure where no answer comes */
  async relay(
    path: string,
    init: { readonly method: string; readonly body?: string; readonly maxBytes?: number },
  ): Promise<{ status: number; body: unknown }> {
    const { method, body, maxBytes } = init;
    const limits = { timeoutMs: TIMEOUT_MS, ...(maxBytes !== undefined && { maxResponseBytes: maxBytes }) };
    const service = httpService({ baseUrl: this.baseUrl, breaker: false, ...limits });
    const { status, body: answer } = await sendBy(service, {
      ...{ method, path },
      ...(body !== undefined && { text: body }),
    });
    return { status, body: answer };
  }

  async #call(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await inSpan(request, (traced) => sendBy(this.#service(request.path), traced));
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 409) return answer;
    throw new ParticipantFailure(`${request.method} ${request.path} answered ${answer.status}`);
  }

  #service(path: string): HttpService {
    const [, name = ''] = path.split('/');
    const known = this.#services.get(name);
    if (known) return known;
    const service = httpService({ baseUrl: this.baseUrl, timeoutMs: TIMEOUT_MS });
    this.#services.set(name, service);
    return service;
  }
}

/** A span for the call, which is what the participant's own spans would be below. Without an SDK it is nothing. */
async function inSpan(
  request: HttpRequest,
  send: (request: HttpRequest) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const [, service = '', what = ''] = request.path.split(/[/?]/);
  const tracer = trace.getTracer('checkout-server');
  const name = `${request.method} /${service}/${what}`;
  return await tracer.startActiveSpan(name, { kind: SpanKind.CLIENT }, async (span) => {
    const headers: Record<string, string> = { ...request.headers };
    propagation.inject(context.active(), headers);
    try {
      const answer = await send({ ...request, headers });
      span.setAttribute('http.response.status_code', answer.status);
      return answer;
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

async function sendBy(service: HttpService, request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await service.send(request);
  } catch (error) {
    if (error instanceof HttpCallError) throw new ParticipantFailure(error.message, { cause: error });
    throw error;
  }
}
