import type { TestDatabase } from '@countermand/dev-postgres';
import { eventually } from '@countermand/test-kit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createRunner } from './create-runner.js';
import { migratedDatabase } from './test-support/migrated-database.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database.drop());

describe.each([{ followUp: true }, { followUp: false }])(
  'a runner with followUp $followUp',
  ({ followUp }) => {
    it('carries a saga from its start to its rest', async () => {
      const { adapters, calls } = tripAdapters();
      const runner = createRunner({ connection: database.url, sagas: [trip], adapters, followUp });
      onTestFinished(() => runner.stop());
      await runner.work();

      const { id, created } = await runner.start(trip, { seat: 'A1', amount: 100 });
      await runner.waitFor(id, ({ state }) => state === 'RESERVED');
      const paid = await runner.send(id, { type: 'PAY' });
      const view = await runner.waitFor(id, ({ settled }) => settled);

      expect(created).toBe(true);
      expect(paid).toEqual({ outcome: 'applied', duplicate: false });
      expect(view).toMatchObject({ state: 'BOOKED', status: 'rest', attributes: { seat: 'A1' } });
      // Rest doesn't wait for the step that the machine doesn't wait for.
      const steps = ['reserveSeat', 'chargeCard', 'tellTraveller'];
      await eventually(() => expect(calls.map(({ step }) => step)).toEqual(steps));
    });
  },
);
