import { type AnySaga, type Cause, type Decision, SagaError } from '@countermand/saga-core';
import type { Claims } from './ports/claims.js';
import type { StoredSaga } from './ports/saga-rows.js';
import type { BatchTelemetry } from './ports/telemetry.js';
import { SagaFold } from './saga-fold.js';
import type { SagaRegistry } from './saga-registry.js';

/** The sagas of one batch, as its decisions so far have left them. */
export class BatchSagas {
  readonly #folds = new Map<string, SagaFold>();
  readonly #claims: Claims;
  readonly #registry: SagaRegistry;
  readonly #telemetry: BatchTelemetry | undefined;
  /** Those with which this batch does nothing more. */
  readonly #closed = new Set<string>();

  constructor(claims: Claims, registry: SagaRegistry, telemetry?: BatchTelemetry) {
    this.#claims = claims;
    this.#registry = registry;
    this.#telemetry = telemetry;
  }

  /** In the order in which they were first decided. */
  get folds(): readonly SagaFold[] {
    return [...this.#folds.values()];
  }

  /** Locked elsewhere, or done with: the next batch's. */
  isOutOfReach(sagaId: string): boolean {
    return this.#claims.busy.has(sagaId) || this.#closed.has(sagaId);
  }

  exists(sagaId: string): boolean {
    return this.#claims.sagas.has(sagaId) || this.#folds.has(sagaId);
  }

  /** As it was before this batch. */
  stored(sagaId: string): StoredSaga | undefined {
    return this.#claims.sagas.get(sagaId);
  }

  /** As this batch has left it; `undefined` where it has done nothing to it. */
  opened(sagaId: string): SagaFold | undefined {
    return this.#folds.get(sagaId);
  }

  /** Opens a stored saga; `undefined` when it isn't there, or of a version that isn't known here. */
  open(sagaId: string): SagaFold | undefined {
    const before = this.#folds.get(sagaId);
    if (before) return before;
    const stored = this.stored(sagaId);
    const definition = stored && this.#registry.find(stored.saga, stored.version);
    if (!definition) return undefined;
    const fold = SagaFold.of(definition, stored, this.#claims.now, this.#telemetry);
    this.#folds.set(sagaId, fold);
    return fold;
  }

  /** @throws SagaError `SAGA_UNKNOWN`: the whole batch goes back, for the row was claimed already */
  known(sagaId: string): SagaFold {
    const fold = this.open(sagaId);
    if (fold) return fold;
    throw this.unknown(sagaId);
  }

  /** @throws SagaError `SAGA_UNKNOWN`, as {@link known} */
  apply(sagaId: string, cause: Cause, ...trace: [traceparent: string | null, continues: boolean]): Decision {
    return this.known(sagaId).apply(cause, ...trace);
  }

  unknown(sagaId: string): SagaError {
    const stored = this.stored(sagaId);
    return new SagaError(
      'SAGA_UNKNOWN',
      `saga ${sagaId} is of '${stored?.saga}' version ${stored?.version}, unknown here`,
    );
  }

  /** Takes in a saga that this batch starts. */
  begin(definition: AnySaga, decision: Decision, start: Parameters<typeof SagaFold.begun>[2]): void {
    const { now } = this.#claims;
    const fold = SagaFold.begun(definition, decision, start, now, this.#telemetry);
    this.#folds.set(decision.envelope.sagaId, fold);
  }

  /** Takes in a saga that came to another version. */
  upgrade(definition: AnySaga, stored: StoredSaga, decision: Decision): void {
    const { now } = this.#claims;
    this.#folds.set(stored.id, SagaFold.upgraded(definition, stored, decision, now, this.#telemetry));
  }

  /** The batch does nothing more with it. */
  close(sagaId: string): void {
    this.#closed.add(sagaId);
  }
}
