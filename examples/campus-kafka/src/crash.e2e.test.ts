import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { hasBroker, type KafkaServer, startKafka } from '@countermand/dev-brokers';
import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { eventually } from '@countermand/test-kit';
import { spawnService } from '@countermand-examples/service-kit/spawn-service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKafka } from './kafka/connect.ts';
import { playServices, type Services } from './services/services.ts';
import { askCampus } from './testing/ask-campus.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

describe.skipIf(!hasBroker('kafka'))('an orchestrator that is killed', () => {
  let broker: KafkaServer;
  let database: TestDatabase;
  let services: Services;

  beforeAll(async () => {
    [broker, database] = await Promise.all([startKafka(), createEmptyDatabase()]);
    services = await playServices({
      kafka: connectKafka(broker.bootstrapServers, 'services'),
      groupId: 'services',
      acceptAfterMs: 50,
      hurryMs: 200,
    });
  });
  afterAll(async () => {
    await services?.stop();
    await Promise.all([broker?.stop(), database?.drop()]);
  });

  it('goes on where it was, and no money is authorized twice or forgotten', async () => {
    const env = {
      ...{ PORT: '0', KAFKA_SESSION_TIMEOUT: '4s', LOG_LEVEL: 'silent' },
      ...{ DATABASE_URL: database.url, KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers },
    };
    const first = await spawnService(main, env);
    const customers = Array.from(
      { length: 24 },
      (_, n) => ['cust', 'declined', 'nobody', 'timeless'][n % 4] ?? '',
    );
    const ids = await Promise.all(customers.map((customer) => askCampus(first.url).place(customer)));
    // In the middle: the services have heard of some of it, and nothing is over.
    await eventually(() => expect(services.received.length).toBeGreaterThan(5));
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const { url, child } = await spawnService(main, env);
    const ask = askCampus(url);
    const sagas = await Promise.all(ids.map((id) => ask.settled(id, 60_000)));
    for (const [n, saga] of sagas.entries()) {
      const id = ids[n] ?? '';
      const customer = customers[n];
      const ends = { cust: 'COMPLETED', nobody: 'COMPLETED' }[customer ?? ''] ?? 'FAILED';
      expect(saga).toMatchObject({ status: ends });
      const payment = { cust: 'authorized', declined: undefined }[customer ?? ''];
      const expected = customer === 'cust' || customer === 'declined' ? payment : 'voided';
      expect(services.book.payments.get(id)?.status, customer).toBe(expected);
      expect(services.book.orders.get(id)?.status).toBe(customer === 'cust' ? 'CREATED' : 'CANCELLED');
      expect(services.book.authorizations.get(id) ?? 0).toBe(customer === 'declined' ? 0 : 1);
    }
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
