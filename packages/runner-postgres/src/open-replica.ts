import { type AnySaga, isSagaId } from '@countermand/saga-core';
import { Database } from './db/database.js';
import { findHistory, findSaga } from './db/find-sagas.js';
import { checkMigrated } from './db/migrate.js';
import { openPool, type Pool } from './db/open-pool.js';
import { readReplicaLag } from './db/read-replica-lag.js';
import { schemaNames } from './db/schema-name.js';
import type { Inspection } from './inspection.js';
import { type Logger, silentLogger } from './ports/logger.js';
import { SagaInspection } from './saga-inspection.js';
import { SagaRegistry } from './saga-registry.js';

/** What {@link openReplica} takes: a connection string, or a pool of the caller's, who also ends it. */
export type ReplicaOptions = {
  /** Where the tables are; `countermand` by default. */
  readonly schema?: string;
  /** The definitions that are to be drawn and told. */
  readonly sagas: readonly AnySaga[];
  readonly logger?: Logger;
} & (
  | { readonly connection: string; readonly pool?: undefined }
  | { readonly pool: Pool; readonly connection?: undefined }
);

/** Sagas as a replica of the database has them: nothing is written, and nothing can be. */
export interface SagaReplica {
  /** Reads what a console shows. What it says is as old as the replica. */
  readonly inspect: Inspection;
  /**
   * For how long, in milliseconds, what the replica has received hasn't been in what it shows: 0 where it shows all of
   * it, or is no replica. What it hasn't received it can't know of; `pg_stat_replication` on the primary does.
   */
  lagMs(): Promise<number>;
  /** Ends its connections. */
  stop(): Promise<void>;
}

/**
 * Reads from a streaming replica, or any other connection that may only read. It connects with the first call.
 *
 * @throws SagaError `SETTING_INVALID`; its calls `SCHEMA_OUTDATED`
 */
export function openReplica(options: ReplicaOptions): SagaReplica {
  const names = schemaNames(options.schema ?? 'countermand');
  const logger = options.logger ?? silentLogger;
  const pool = options.pool ?? openPool(options.connection, 4);
  const database = new Database(pool, names, (error) =>
    logger.warn({ err: error }, 'a connection to the replica broke'),
  );
  let checking: Promise<void> | undefined;
  let ending: Promise<void> | undefined;
  const ready = async () => {
    checking ??= checkMigrated(database, names).catch((error: unknown) => {
      checking = undefined;
      throw error;
    });
    await checking;
  };
  const parts = {
    ...{ database, registry: new SagaRegistry(options.sagas, {}) },
    store: {
      history: (id: string, page: { readonly after?: number; readonly limit?: number }) =>
        findHistory(database, names, id, page),
    },
  };
  const reads = {
    async find(id: string) {
      await ready();
      return isSagaId(id) ? await findSaga(database, names, id) : undefined;
    },
  };
  return {
    inspect: new SagaInspection(parts, reads, ready),
    async lagMs() {
      await ready();
      return await readReplicaLag(database);
    },
    async stop() {
      database.leave();
      if (!options.pool) ending ??= pool.end();
      await ending;
    },
  };
}
