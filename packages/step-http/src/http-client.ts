import {
  type CircuitBreakerPolicy,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
  SamplingBreaker,
} from 'cockatiel';
import { HttpCallError } from './http-call-error.js';
import { readLimited } from './read-limited.js';

/** When the calls to a participant are suspended for a moment. */
export interface BreakerOptions {
  /** The share of calls that fail from which on it opens; 0.7 by default. */
  readonly threshold?: number;
  /** Over how long they are counted, in milliseconds; 10 seconds by default. */
  readonly durationMs?: number;
  /** With fewer calls a second it never opens: one that fails again and again is no outage. 2 by default. */
  readonly minimumPerSecond?: number;
  /** How long it stays open before one call is let through, in milliseconds; 1 second by default. */
  readonly halfOpenAfterMs?: number;
}

/** Headers that every call carries, or what makes them, for credentials that change. */
export type HeadersOption =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

/** How a participant is reached. */
export interface HttpClientOptions {
  /** Where it is, for example `https://inventory.internal/api`. From configuration, never from a message. */
  readonly baseUrl: string | URL;
  /** Origins that a path may lead to besides the base URL's own. */
  readonly allowedOrigins?: readonly string[];
  readonly headers?: HeadersOption;
  /** The longest that a call may take, in milliseconds; 30 seconds by default. An attempt's own timeout holds too. */
  readonly timeoutMs?: number;
  /** The largest answer that is read; 1 MiB by default. */
  readonly maxResponseBytes?: number;
  /** The circuit breaker that all calls of this client share. `false`: none. */
  readonly breaker?: BreakerOptions | false;
  /** What sends; the platform's by default. */
  readonly fetch?: typeof fetch;
}

/** One request. */
export interface HttpRequest {
  readonly method: string;
  /** Below the base URL; or a whole URL of an allowed origin. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead: JSON that has been signed. */
  readonly text?: string;
  /** Nobody reads the answer's body: it may be anything. */
  readonly ignoreBody?: boolean;
  readonly signal?: AbortSignal;
}

/** What came back, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the body; `undefined` where it was empty. */
  readonly body: unknown;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 1024 * 1024;
/** The participant can't answer now: the same request may well succeed later. */
const UNAVAILABLE: ReadonlySet<number> = new Set([408, 425, 429]);
const OUTAGES: ReadonlySet<string> = new Set(['network', 'timeout', 'unavailable', 'not_json']);

/**
 * Calls one participant: only at allowed origins, without following redirects, within limits of time and size,
 * through a circuit breaker.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #base: URL;
  readonly #origins: ReadonlySet<string>;
  readonly #breaker: CircuitBreakerPolicy | undefined;

  /** @throws TypeError where an address is none */
  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#base = new URL(options.baseUrl);
    const others = (options.allowedOrigins ?? []).map((origin) => new URL(origin).origin);
    this.#origins = new Set([this.#base.origin, ...others]);
    this.#breaker = options.breaker === false ? undefined : openBreaker(options.breaker ?? {});
  }

  /**
   * Sends a request and reads the answer. Statuses below 500 are answers, but for those that say "not now".
   *
   * @throws HttpCallError
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const url = this.#resolve(request.path);
    if (!this.#breaker) return await this.#call(url, request);
    try {
      return await this.#breaker.execute(() => this.#call(url, request));
    } catch (error) {
      if (!isBrokenCircuitError(error)) throw error;
      throw new HttpCallError('circuit_open', `${nameOf(request)}: not sent, for too many calls have failed`);
    }
  }

  /** Where a path leads. What comes from a saga's data must not lead elsewhere. */
  #resolve(path: string): URL {
    if (path === '') return this.#base;
    const base = this.#base.href.replace(/\/$/, '');
    const isBelow = path.startsWith('/');
    const url = URL.parse(isBelow ? base + path : path);
    if (!url || !this.#origins.has(url.origin)) {
      throw new HttpCallError('address', `'${path}' is neither a path nor at an allowed origin`);
    }
    if (isBelow && !`${url.pathname}/`.startsWith(this.#base.pathname.replace(/\/?$/, '/'))) {
      throw new HttpCallError('address', `'${path}' leads out of ${base}`);
    }
    return url;
  }

  async #call(url: URL, request: HttpRequest): Promise<HttpAnswer> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, headers: own } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    const credentials = typeof own === 'function' ? await own() : own;
    const text = request.text ?? JSON.stringify(request.body);
    const hasBody = text !== undefined;
    try {
      const response = await (this.#options.fetch ?? fetch)(url, {
        method: request.method,
        headers: eachOnce(
          { accept: 'application/json', ...(hasBody && { 'content-type': 'application/json' }) },
          credentials,
          request.headers,
        ),
        ...(hasBody && { body: text }),
        signal,
        redirect: 'manual',
      });
      return await this.#read(response, request);
    } catch (error) {
      throw error instanceof HttpCallError ? error : failureOf(error, request, signal);
    }
  }

  async #read(response: Response, request: HttpRequest): Promise<HttpAnswer> {
    const { status, headers } = response;
    const name = nameOf(request);
    if (status >= 500 || UNAVAILABLE.has(status)) {
      await response.body?.cancel();
      const retryAfterMs = readRetryAfter(headers);
      throw new HttpCallError('unavailable', `${name} answered ${status}`, status, { retryAfterMs });
    }
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      throw new HttpCallError('redirect', `${name} answered ${status}; redirects are not followed`, status);
    }
    if (request.ignoreBody) {
      await response.body?.cancel();
      return { status, headers, body: undefined };
    }
    const maxBytes = this.#options.maxResponseBytes ?? DEFAULT_MAX_BYTES;
    const bytes = await readLimited(response, maxBytes);
    if (!bytes)
      throw new HttpCallError('too_large', `${name} answered with more than ${maxBytes} bytes`, status);
    return { status, headers, body: parse(bytes, name, status) };
  }
}

/** Of a header that is given more than once, in whatever case, the last counts: `fetch` would send them all. */
function eachOnce(...given: readonly (Readonly<Record<string, string>> | undefined)[]) {
  const pairs = given.flatMap((headers) => Object.entries(headers ?? {}));
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}

/** What `Retry-After` asks for, in milliseconds: seconds, or a date. */
export function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^[0-9]+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** A refusal may be a page or a line of text; what succeeded must be JSON. */
function parse(bytes: Uint8Array, name: string, status: number): unknown {
  const text = new TextDecoder().decode(bytes);
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (status >= 400) return text;
    throw new HttpCallError(
      'not_json',
      `${name} answered ${status} with something that is not JSON`,
      status,
      {
        cause: error,
      },
    );
  }
}

function failureOf(error: unknown, request: HttpRequest, signal: AbortSignal): HttpCallError {
  const name = nameOf(request);
  if (signal.aborted) {
    const isLate = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
    const problem = isLate ? 'timeout' : 'aborted';
    return new HttpCallError(problem, `${name}: ${textOf(signal.reason)}`, undefined, { cause: error });
  }
  return new HttpCallError('network', `${name}: ${textOf(error)}`, undefined, { cause: error });
}

/** What fetch throws says little; its cause says what happened. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

/** Without the query: it may hold what doesn't belong in a log. */
function nameOf({ method, path }: HttpRequest): string {
  return `${method} ${path.split('?')[0]}`;
}

function openBreaker(options: BreakerOptions): CircuitBreakerPolicy {
  const { threshold = 0.7, durationMs = 10_000, minimumPerSecond = 2, halfOpenAfterMs = 1_000 } = options;
  const isOutage = (error: unknown) => error instanceof HttpCallError && OUTAGES.has(error.problem);
  return circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: halfOpenAfterMs,
    breaker: new SamplingBreaker({ threshold, duration: durationMs, minimumRps: minimumPerSecond }),
  });
}
