import { createEmptyDatabase } from '@countermand/dev-postgres';
import { eventually } from '@countermand/test-kit';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { connectKafka } from './kafka/connect.ts';
import { startOrchestrator } from './orchestrator.ts';
import { readSettings } from './settings.ts';

const connections = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;

it('an orchestrator that cannot listen leaves no connection to the database open', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const before = connections();
  // An address of nobody's, for documents (RFC 5737).
  const starting = startOrchestrator(readSettings({ HOST: '203.0.113.1' }), {
    ...{ databaseUrl: database.url, servicesUrl: 'http://127.0.0.1:9', log: pino({ level: 'silent' }) },
    kafka: connectKafka('127.0.0.1:9', 'orders-kafka'),
  });
  await expect(starting).rejects.toThrow("can't listen on 203.0.113.1");
  await eventually(() => expect(connections()).toBe(before));
});
