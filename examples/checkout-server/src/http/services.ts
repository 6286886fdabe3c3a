import type { PostgresRunner } from '@countermand/runner-postgres';
import type { OrderSaga } from '@countermand/saga-core/order';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { ParticipantsClient } from '../adapters/participants-client.ts';
import type { CheckoutTables } from '../db/tables.ts';
import type { Development } from '../dev/development.ts';
import type { Metrics } from '../metrics.ts';
import type { CatalogReader } from '../orders/catalog.ts';
import type { Settings } from '../settings.ts';

/** What the routes work with. */
export interface Services {
  readonly settings: Settings;
  readonly log: Logger;
  readonly db: Kysely<CheckoutTables>;
  readonly runner: PostgresRunner;
  readonly saga: OrderSaga;
  readonly client: ParticipantsClient;
  readonly catalog: CatalogReader;
  readonly metrics: Metrics;
  /** What keeps this process from being ready, in a few words; `undefined` when nothing does. */
  readonly whyNotReady: () => Promise<string | undefined>;
  /** Aborted when the server begins to stop: what would go on for long ends. */
  readonly stopping: AbortSignal;
  /** The means to break things; in production there are none. */
  readonly development: Development | undefined;
}
