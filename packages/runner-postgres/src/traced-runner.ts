import type {
  AdminOptions,
  LateAnswer,
  OverrideRequest,
  RetryOptions,
  SendOptions,
  SendResult,
  StartOptions,
  StartResult,
  Traceable,
} from '@countermand/saga-core';
import type { Telemetry } from './ports/telemetry.js';
import type { InTransaction } from './postgres-runner.js';
import { Runner, type RunnerParts } from './runner.js';

/** A runner each of whose calls is traced: what follows from one goes on with its trace. */
export class TracedRunner extends Runner {
  readonly #telemetry: Telemetry;

  constructor(parts: RunnerParts, telemetry: Telemetry) {
    super(parts);
    this.#telemetry = telemetry;
  }

  override start(
    saga: { readonly name: string; readonly version?: number },
    input: unknown,
    options: StartOptions & InTransaction = {},
  ): Promise<StartResult> {
    const about = { name: `start ${saga.name}`, saga: saga.name, ...(options.id && { sagaId: options.id }) };
    return this.#telemetry.around(about, options, (trace) =>
      super.start(saga, input, { ...options, ...trace }),
    );
  }

  override send(
    id: string,
    event: { readonly type: string; readonly [key: string]: unknown },
    options: SendOptions & InTransaction = {},
  ): Promise<SendResult> {
    const about = { name: `send ${event.type}`, sagaId: id, event: event.type };
    return this.#telemetry.around(about, options, (trace) => super.send(id, event, { ...options, ...trace }));
  }

  override answer(idempotencyKey: string, answer: LateAnswer, options: Traceable = {}): Promise<SendResult> {
    return this.#telemetry.around({ name: 'answer' }, options, (trace) =>
      super.answer(idempotencyKey, answer, trace),
    );
  }

  override retry(id: string, options: RetryOptions): Promise<void> {
    return this.#act('retry', id, options, (trace) => super.retry(id, { ...options, ...trace }));
  }

  override skip(
    id: string,
    options: AdminOptions & { readonly step: string; readonly reason: string },
  ): Promise<void> {
    return this.#act('skip', id, options, (trace) => super.skip(id, { ...options, ...trace }));
  }

  override park(id: string, options: AdminOptions & { readonly reason: string }): Promise<void> {
    return this.#act('park', id, options, (trace) => super.park(id, { ...options, ...trace }));
  }

  override override(id: string, request: OverrideRequest): Promise<SendResult> {
    return this.#act('override', id, request, (trace) => super.override(id, { ...request, ...trace }));
  }

  #act<Result>(
    name: string,
    sagaId: string,
    options: Traceable,
    call: (trace: Traceable) => Promise<Result>,
  ): Promise<Result> {
    return this.#telemetry.around({ name, sagaId }, options, call);
  }
}
