import {
  type AdaptersFor,
  type AnySaga,
  type AnyStep,
  cannotSay,
  type Declined,
  declined,
  isDeclined,
  isLater,
  type Json,
  type Later,
  landed,
  later,
  notLanded,
  type ProbeAnswer,
  type ProbeCall,
  SagaError,
  type StepCall,
  type StepContract,
  type StepName,
  type StepNamed,
} from '@countermand/saga-core';
import { HttpCallError } from './http-call-error.js';
import { type HttpAnswer, HttpClient, type HttpClientOptions } from './http-client.js';

/** How a participant is reached, and how it is told the idempotency key. */
export interface HttpServiceOptions extends HttpClientOptions {
  /** The header that carries the idempotency key; `Idempotency-Key` by default. */
  readonly idempotencyHeader?: string;
  /** Sends the key as a string of structured fields, in quotes, as the IETF's draft has it. False by default. */
  readonly quoteIdempotencyKey?: boolean;
  /** Statuses that are a definite no where the refusal carries a code that the step declares; 409 and 422. */
  readonly declineStatuses?: readonly number[];
  /** Reads the code of a refusal; by default the text at `code` of its body. */
  readonly codeOf?: (answer: HttpAnswer) => string | undefined;
}

type Call<Input> = StepCall<Input>;

/** What can be said of an answer: the step's output, a definite no, or that the answer comes later. */
export type StepAnswer<Output> = Output | Declined | Later;

/** How one step becomes one request. */
export interface HttpStepOptions<Input, Output> {
  /** `POST` by default. */
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  /** Below the base URL; `path` makes one that holds values. */
  readonly path: string | ((input: Input) => string);
  /** The JSON that is sent; the input itself by default, nothing with GET and DELETE. */
  readonly body?: (input: Input) => unknown;
  readonly headers?: (call: Call<Input>) => Readonly<Record<string, string>>;
  /** Makes the output of an answer between 200 and 299; the body itself by default. 202 says `later()`. */
  readonly output?: (answer: HttpAnswer, input: Input) => StepAnswer<Output>;
  /** What single statuses mean for this step; they come first. For example 404 for an undo: nothing was there. */
  readonly on?: Readonly<Record<number, (answer: HttpAnswer, input: Input) => StepAnswer<Output>>>;
  /** As {@link HttpServiceOptions.declineStatuses}, for this step. */
  readonly declineStatuses?: readonly number[];
}

/** How a step's idempotency key is looked up, by GET. */
export interface HttpProbeOptions<Input, Output> {
  readonly path: string | ((call: ProbeCall<Input>) => string);
  /**
   * Reads the answer. By default 200 has landed, with the step's own output of it; 404 hasn't; nothing else says.
   */
  readonly answer?: (answer: HttpAnswer, input: Input) => ProbeAnswer<Output>;
}

type TypesOf<S extends AnyStep> = NonNullable<S['~types']>;

/** The options of a step by its contract: one with `probe: true` must say how to ask. */
export type HttpStepOf<S extends AnyStep> = HttpStepOptions<
  TypesOf<S>['parsedInput'],
  TypesOf<S>['rawOutput']
> &
  (TypesOf<S>['probe'] extends true
    ? { readonly probe: HttpProbeOptions<TypesOf<S>['parsedInput'], TypesOf<S>['rawOutput']> }
    : { readonly probe?: HttpProbeOptions<TypesOf<S>['parsedInput'], TypesOf<S>['rawOutput']> });

/** Options for some of a saga's steps, by their names. */
export type HttpStepsOf<S extends AnySaga> = {
  readonly [Name in StepName<S>]?: HttpStepOf<StepNamed<S, Name>>;
};

/** A participant that is reached by HTTP. */
export interface HttpService {
  /**
   * Adapters for steps of a saga. Each sends its request with the step's idempotency key and `traceparent`, ends with
   * the step's signal, and answers:
   *
   * - 2xx: the output; 202: `later()`.
   * - 409 and 422 (or what the settings say) with a code that the step declares: `declined(code)`. With another
   *   code, or none, it throws: a 409 may as well say that the first request with this key is still under way.
   * - 408, 425, 429, 5xx, connections that break, answers too late, too large or unreadable: it throws.
   * - every other status: it throws with what the participant said, unless `on` has it.
   *
   * What is thrown is an `HttpCallError`, and tried again by the step's policy with the same key.
   *
   * @throws SagaError `SETTING_INVALID` for a step that the saga doesn't have
   */
  steps<S extends AnySaga, const Options extends HttpStepsOf<S>>(
    saga: S,
    options: Options & {
      readonly [Name in Exclude<keyof Options, StepName<S>>]: 'the saga has no such step';
    },
  ): Pick<AdaptersFor<S>, keyof NoInfer<Options> & StepName<S>>;
  /** Sends a request of any other kind, within the same limits. @throws HttpCallError */
  readonly send: HttpClient['send'];
}

type ErasedOptions = HttpStepOptions<unknown, unknown> & {
  readonly probe?: HttpProbeOptions<unknown, unknown>;
};

const DECLINE_STATUSES = [409, 422];

/**
 * Makes a participant of an address. Each has a circuit breaker of its own: make one for each thing that can be down
 * by itself.
 *
 * @throws TypeError where an address is none
 */
export function httpService(options: HttpServiceOptions): HttpService {
  const client = new HttpClient(options);
  return {
    send: (request) => client.send(request),
    steps(saga, steps) {
      const adapters = Object.entries<ErasedOptions>(steps).map(([name, step]) => {
        const contract = Object.hasOwn(saga.steps, name) ? saga.steps[name] : undefined;
        if (!contract) throw new SagaError('SETTING_INVALID', `saga '${saga.name}' has no step '${name}'`);
        return [name, new HttpStep(client, options, contract, step).adapter];
      });
      // Each has what its contract asks for: the types of the options say so.
      return Object.fromEntries(adapters) as ReturnType<HttpService['steps']> as never;
    },
  };
}

/** One step of one participant. */
class HttpStep {
  constructor(
    private readonly client: HttpClient,
    private readonly service: HttpServiceOptions,
    private readonly contract: StepContract,
    private readonly options: ErasedOptions,
  ) {}

  get adapter() {
    const { probe } = this.options;
    const run = (call: StepCall<unknown>) => this.#run(call);
    return probe ? { run, probe: (call: ProbeCall<unknown>) => this.#probe(call, probe) } : run;
  }

  async #run(call: StepCall<unknown>): Promise<unknown> {
    const { method = 'POST', path, body, headers } = this.options;
    const hasBody = body !== undefined || (method !== 'GET' && method !== 'DELETE');
    const answer = await this.client.send({
      method,
      path: typeof path === 'function' ? path(call.input) : path,
      headers: { ...this.#headersOf(call), ...headers?.(call) },
      ...(hasBody && { body: body ? body(call.input) : call.input }),
      signal: call.signal,
    });
    return this.#read(answer, call.input, `${method} of step '${this.contract.name}'`);
  }

  #read(answer: HttpAnswer, input: unknown, name: string): unknown {
    const { on, output } = this.options;
    const { status } = answer;
    const special = on?.[status];
    if (special) return special(answer, input);
    if (status === 202) return later();
    if (status >= 200 && status < 300) return output ? output(answer, input) : (answer.body ?? {});
    const statuses = this.options.declineStatuses ?? this.service.declineStatuses ?? DECLINE_STATUSES;
    const code = (this.service.codeOf ?? codeAt)(answer);
    if (statuses.includes(status) && code !== undefined && this.contract.declines.includes(code)) {
      return declined(code, detailsOf(answer));
    }
    const said = code === undefined ? '' : ` and code '${code}', which the step doesn't declare`;
    throw new HttpCallError('status', `${name} was answered with ${status}${said}${textOf(answer)}`, status);
  }

  async #probe(
    call: ProbeCall<unknown>,
    { path, answer: read }: HttpProbeOptions<unknown, unknown>,
  ): Promise<ProbeAnswer<unknown>> {
    const answer = await this.client.send({
      method: 'GET',
      path: typeof path === 'function' ? path(call) : path,
      headers: this.#headersOf(call),
      signal: call.signal,
    });
    if (read) return read(answer, call.input);
    if (answer.status === 404) return notLanded();
    if (answer.status !== 200) return cannotSay();
    const output = this.#read(answer, call.input, `probe of step '${this.contract.name}'`);
    if (isDeclined(output)) return notLanded();
    return isLater(output) ? cannotSay() : landed(output);
  }

  #headersOf({ idempotencyKey, trace }: Pick<ProbeCall<unknown>, 'idempotencyKey' | 'trace'>) {
    const { idempotencyHeader = 'idempotency-key', quoteIdempotencyKey = false } = this.service;
    const { traceparent } = trace;
    return {
      [idempotencyHeader]: quoteIdempotencyKey ? `"${idempotencyKey}"` : idempotencyKey,
      ...(traceparent !== undefined && { traceparent }),
    };
  }
}

function codeAt({ body }: HttpAnswer): string | undefined {
  const isCoded = typeof body === 'object' && body !== null && 'code' in body;
  return isCoded && typeof body.code === 'string' ? body.code : undefined;
}

/** What else a refusal says. It was parsed as JSON, so that it is some. */
function detailsOf({ body }: HttpAnswer): Json {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body as Json;
  const { code: _code, ...rest } = body as Record<string, Json>;
  return rest;
}

const MAX_TEXT = 300;

function textOf({ body }: HttpAnswer): string {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : body;
  return message === undefined ? '' : `: ${JSON.stringify(message).slice(0, MAX_TEXT)}`;
}
