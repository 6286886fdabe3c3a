export {
  type CloneDatabaseOptions,
  cloneDatabase,
  createEmptyDatabase,
  type TestDatabase,
} from './clone-database.ts';
export { type PostgresServer, type StartPostgresOptions, startPostgres } from './start-postgres.ts';
export { startReplica } from './start-replica.ts';
export { sweepStaleServers } from './sweep-stale-servers.ts';
