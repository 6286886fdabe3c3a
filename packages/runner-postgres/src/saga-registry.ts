import {
  type AnySaga,
  type ErasedAdapter,
  normalizeAdapter,
  SagaError,
  type StepContract,
} from '@countermand/saga-core';
import type { KnownVersion } from './ports/claims.js';

/** Adapters by saga name and step name, as the user gives them. */
export type AdapterTable = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** The queue of a step; all versions of a saga share it. */
export function stepQueue(saga: string, step: string): string {
  return `${saga}.${step}`;
}

/** The queue of a subscription. */
export function subscriptionQueue(name: string): string {
  return `on.${name}`;
}

/** What this process knows: definitions by name and version, and the adapters of its steps. */
export class SagaRegistry {
  readonly sagas: readonly AnySaga[];
  readonly #byName = new Map<string, Map<number, AnySaga>>();
  readonly #adapters = new Map<string, ErasedAdapter>();
  readonly #eventTypes: ReadonlySet<string>;

  /** @throws SagaError `SETTING_INVALID` for a name that is taken, a definition that comes twice, an adapter without a step */
  constructor(sagas: readonly AnySaga[], adapters: AdapterTable) {
    this.sagas = sagas;
    this.#eventTypes = new Set(
      sagas.flatMap((saga) => Object.keys(saga.events).filter((type) => type !== saga.override)),
    );
    for (const saga of sagas) {
      if (subscriptionQueue('') === stepQueue(saga.name, ''))
        throw invalid(
          `a saga can't be called '${saga.name}': its steps would share queues with subscriptions`,
        );
      const versions = this.#byName.get(saga.name) ?? new Map<number, AnySaga>();
      if (versions.has(saga.version))
        throw invalid(`saga '${saga.name}' version ${saga.version} is given twice`);
      this.#byName.set(saga.name, versions.set(saga.version, saga));
    }
    for (const [saga, steps] of Object.entries(adapters)) {
      for (const [step, adapter] of Object.entries(steps ?? {})) this.#addAdapter(saga, step, adapter);
    }
  }

  /** Every definition, as far as the store has to know it. */
  get known(): readonly KnownVersion[] {
    return this.sagas;
  }

  find(name: string, version: number): AnySaga | undefined {
    return this.#byName.get(name)?.get(version);
  }

  /** The definition of that version, or the newest. @throws SagaError `SAGA_UNKNOWN` */
  chosen(name: string, version: number | undefined): AnySaga {
    if (version === undefined) return this.newest(name);
    const saga = this.find(name, version);
    if (saga) return saga;
    throw new SagaError('SAGA_UNKNOWN', `saga '${name}' version ${version} is not among the runner's sagas`);
  }

  /** The definition that a start by name means. @throws SagaError `SAGA_UNKNOWN` */
  newest(name: string): AnySaga {
    const versions = this.sagas.filter((saga) => saga.name === name);
    const [newest] = versions.toSorted((a, b) => b.version - a.version);
    if (!newest) throw new SagaError('SAGA_UNKNOWN', `saga '${name}' is not among the runner's sagas`);
    return newest;
  }

  contract(saga: string, version: number, step: string): StepContract | undefined {
    const { steps } = this.find(saga, version) ?? {};
    return steps && Object.hasOwn(steps, step) ? steps[step] : undefined;
  }

  adapter(saga: string, step: string): ErasedAdapter | undefined {
    return this.#adapters.get(stepQueue(saga, step));
  }

  /** Queues that this process can serve. */
  get servedQueues(): readonly string[] {
    return [...this.#adapters.keys()];
  }

  /** Every queue of every saga that this process declares. */
  get queues(): readonly string[] {
    return [
      ...new Set(
        this.sagas.flatMap((saga) => Object.keys(saga.steps).map((step) => stepQueue(saga.name, step))),
      ),
    ];
  }

  /** How long an event of that type waits for a saga that doesn't exist yet; `undefined` when it may not. */
  deferMs(eventType: string): number | undefined {
    const waits = this.sagas.flatMap((saga) =>
      Object.hasOwn(saga.events, eventType) ? (saga.events[eventType]?.defer?.ttlMs ?? []) : [],
    );
    return waits.length > 0 ? Math.max(...waits) : undefined;
  }

  declares(eventType: string): boolean {
    return this.#eventTypes.has(eventType);
  }

  /** Every type that {@link SagaRegistry.declares}. */
  get eventTypes(): readonly string[] {
    return [...this.#eventTypes];
  }

  #addAdapter(saga: string, step: string, given: unknown): void {
    const versions = this.sagas.filter((one) => one.name === saga);
    const contracts = versions.flatMap((one) =>
      Object.hasOwn(one.steps, step) ? (one.steps[step] ?? []) : [],
    );
    if (contracts.length === 0)
      throw invalid(`adapters.${saga}.${step}: no saga of the runner has that step`);
    const adapter = normalizeAdapter(given);
    if (!adapter) throw invalid(`adapters.${saga}.${step} must be a function, or { run, probe }`);
    if (contracts.some((contract) => contract.probe) && !adapter.probe) {
      throw invalid(`adapters.${saga}.${step} must be { run, probe }: the step's contract has a probe`);
    }
    this.#adapters.set(stepQueue(saga, step), adapter);
  }
}

function invalid(message: string): SagaError {
  return new SagaError('SETTING_INVALID', message);
}
