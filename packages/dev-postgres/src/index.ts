export { startPostgres, type PostgresServer, type StartPostgresOptions } from './start-postgres.ts';
export { sweepStaleServers } from './sweep-stale-servers.ts';
export {
  cloneDatabase,
  createEmptyDatabase,
  type CloneDatabaseOptions,
  type TestDatabase,
} from './clone-database.ts';
