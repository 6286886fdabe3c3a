import { startKafka } from '@countermand/dev-brokers';
import { startPostgres } from '@countermand/dev-postgres';
import type { Settings } from './settings.ts';

/** What isn't given by its address is started: a PostgreSQL under `.data`, and a Kafka that keeps nothing. */
export async function startSurroundings({ DATABASE_URL, KAFKA_BROKERS }: Settings) {
  const dataDir = `${import.meta.dirname}/../../../.data/orders-kafka`;
  const kafka = KAFKA_BROKERS === undefined ? await startKafka() : undefined;
  const postgres = DATABASE_URL === undefined ? await startPostgres({ dataDir }) : undefined;
  return {
    databaseUrl: DATABASE_URL ?? postgres?.url ?? '',
    bootstrapServers: KAFKA_BROKERS ?? kafka?.bootstrapServers ?? '',
    /** Whether Kafka was started here, and nobody else can play the services there. */
    isAlone: kafka !== undefined,
    async stop() {
      await Promise.all([kafka?.stop(), postgres?.stop()]);
    },
  };
}
