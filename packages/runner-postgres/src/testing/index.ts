export { type PostgresHostOptions, postgresHost } from './postgres-host.js';
