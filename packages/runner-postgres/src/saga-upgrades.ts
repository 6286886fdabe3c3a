import {
  type AnySaga,
  assertJson,
  SagaError,
  type UpgradeOptions,
  type UpgradeResult,
} from '@countermand/saga-core';
import type { Database } from './db/database.js';
import { readDefinitions } from './db/read-versions.js';
import type { MoveItem, MoveResult } from './move-item.js';
import type { SagaReads } from './saga-reads.js';
import type { SagaRegistry } from './saga-registry.js';
import { unexpectedResult } from './unexpected-result.js';
import { type UpgradeAllOptions, type UpgradeReport, upgradeAll } from './upgrade-all.js';

/** Moves sagas from one version of their definition to another. */
export class SagaUpgrades {
  readonly #database: Database;
  readonly #registry: SagaRegistry;
  readonly #reads: SagaReads;
  readonly #submit: (item: MoveItem) => Promise<MoveResult>;

  constructor(
    { database, registry }: { readonly database: Database; readonly registry: SagaRegistry },
    reads: SagaReads,
    submit: (item: MoveItem) => Promise<MoveResult>,
  ) {
    this.#database = database;
    this.#registry = registry;
    this.#reads = reads;
    this.#submit = submit;
  }

  async upgrade(id: string, { actor, to }: UpgradeOptions): Promise<UpgradeResult> {
    assertJson(actor, 'actor');
    const found = await this.#reads.find(id);
    if (!found) throw new SagaError('SAGA_NOT_FOUND', `there is no saga ${id}`);
    const target = this.#registry.chosen(found.stored.saga, to);
    return await this.#upgrade(found.stored, target, actor, await this.#structuresOf(target.name));
  }

  async upgradeAll(name: string, { actor, to, ...options }: UpgradeAllOptions): Promise<UpgradeReport> {
    assertJson(actor, 'actor');
    const target = this.#registry.chosen(name, to);
    const structures = await this.#structuresOf(name);
    return await upgradeAll(this.#database, this.#database.names, target, options, (saga) =>
      this.#upgrade(saga, target, actor, structures),
    );
  }

  async #structuresOf(name: string): Promise<ReadonlyMap<number, readonly string[]>> {
    const stored = await readDefinitions(this.#database, this.#database.names, name);
    return new Map(stored.map(({ version, structure }) => [version, structure]));
  }

  async #upgrade(
    { id: sagaId, version: from }: { readonly id: string; readonly version: number },
    to: AnySaga,
    actor: string,
    structures: ReadonlyMap<number, readonly string[]>,
  ): Promise<UpgradeResult> {
    const result = await this.#submit({ kind: 'upgrade', sagaId, from, to, structures, actor });
    if (result.kind === 'upgraded') return result.result;
    throw unexpectedResult(result);
  }
}
