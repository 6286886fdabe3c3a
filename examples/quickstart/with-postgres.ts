// Runs the quickstart on a PostgreSQL that is started for it, unless DATABASE_URL names one.
import { startPostgres } from '@countermand/dev-postgres';

const dataDir = `${import.meta.dirname}/../../.data/quickstart`;
const server = process.env['DATABASE_URL'] ? undefined : await startPostgres({ dataDir });
if (server) process.env['DATABASE_URL'] = server.url;
await import('./index.ts');
await server?.stop();
