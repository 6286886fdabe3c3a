import {
  type AnySaga,
  compensationPreview,
  type HistoryEntry,
  isSagaId,
  type ObligationView,
  SagaError,
  type SagaView,
  type WhatNext,
  whatNext,
} from '@countermand/saga-core';
import type { Database } from './db/database.js';
import { type DiffOptions, diffVersions, type VersionDiff } from './diff-versions.js';
import type { Engine } from './engine.js';
import { cursorAfter, type ListOptions, pageFilter, type SagaPage } from './list-sagas.js';
import type { Clock } from './ports/clock.js';
import type { FoundSaga } from './ports/saga-rows.js';
import type { Store } from './ports/store.js';
import type { SagaRegistry } from './saga-registry.js';
import { toView } from './saga-views.js';
import { type WaitOptions, waitFor } from './wait-for.js';

/** What is read through. */
export interface ReadParts {
  readonly database: Database;
  readonly store: Store;
  readonly engine: Engine;
  readonly registry: SagaRegistry;
  readonly clock: Clock;
}

/** The half of the runner that looks at sagas and moves none. */
export class SagaReads {
  readonly #parts: ReadParts;
  readonly #ready: () => Promise<void>;

  /** @param ready - resolves once the runner is connected */
  constructor(parts: ReadParts, ready: () => Promise<void>) {
    this.#parts = parts;
    this.#ready = ready;
  }

  async get(id: string): Promise<SagaView | undefined> {
    const found = await this.find(id);
    return found && this.#view(found);
  }

  async list(options: ListOptions): Promise<SagaPage> {
    const filter = pageFilter(options);
    await this.#ready();
    const found = await this.#parts.store.list(filter);
    const cursor = cursorAfter(found, filter);
    return { items: found.slice(0, filter.limit - 1).map((one) => this.#view(one)), cursor };
  }

  async history(
    id: string,
    page: { readonly after?: number; readonly limit?: number },
  ): Promise<readonly HistoryEntry[]> {
    await this.#ready();
    return isSagaId(id) ? await this.#parts.store.history(id, page) : [];
  }

  async waitFor(id: string, predicate: (view: SagaView) => boolean, options: WaitOptions): Promise<SagaView> {
    const { engine, clock } = this.#parts;
    const get = (sagaId: string) => this.get(sagaId);
    return await waitFor(id, predicate, options, { get, changes: engine.changes, clock });
  }

  async whatNext(id: string): Promise<WhatNext> {
    const { definition, found } = await this.#known(id);
    return whatNext(definition, found.stored.envelope);
  }

  async compensationPreview(id: string): Promise<readonly ObligationView[]> {
    const { definition, found } = await this.#known(id);
    return compensationPreview(definition, found.stored.envelope);
  }

  async diff(
    { name, version }: { readonly name: string; readonly version?: number },
    options: DiffOptions,
  ): Promise<VersionDiff> {
    await this.#ready();
    const { database, registry } = this.#parts;
    return await diffVersions(database, database.names, registry.chosen(name, version), options);
  }

  async find(id: string): Promise<FoundSaga | undefined> {
    await this.#ready();
    // What can't be an id isn't asked for: the database would take it for an error.
    return isSagaId(id) ? await this.#parts.store.find(id) : undefined;
  }

  async #known(id: string): Promise<{ readonly definition: AnySaga; readonly found: FoundSaga }> {
    const found = await this.find(id);
    if (!found) throw new SagaError('SAGA_NOT_FOUND', `there is no saga ${id}`);
    const { saga, version } = found.stored;
    const definition = this.#parts.registry.find(saga, version);
    if (!definition)
      throw new SagaError('SAGA_UNKNOWN', `saga ${id} is of '${saga}' version ${version}, unknown here`);
    return { definition, found };
  }

  #view(found: FoundSaga): SagaView {
    return toView(found, this.#parts.registry.find(found.stored.saga, found.stored.version));
  }
}
