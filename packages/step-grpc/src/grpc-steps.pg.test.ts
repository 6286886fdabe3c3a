import { createEmptyDatabase } from '@countermand/dev-postgres';
import { createRunner } from '@countermand/runner-postgres';
import { ServerError, Status } from 'nice-grpc';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DockBooks, openDock } from './test-support/dock.js';
import { dockAdapters } from './test-support/dock-adapters.js';
import { mooringSaga } from './test-support/mooring-saga.js';

async function setUp(failures: DockBooks['failures'] = []) {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const books: DockBooks = { moored: new Map(), calls: [], failures };
  const dock = await openDock(books);
  const runner = createRunner({
    connection: database.url,
    sagas: [mooringSaga],
    adapters: { mooring: dockAdapters(dock.client) },
  });
  onTestFinished(() => runner.stop({ graceMs: 500 }));
  await runner.migrate();
  await runner.work();
  return { books, dock, runner };
}

describe('a saga whose steps go by gRPC', () => {
  it('goes on when the participant is back, with the same key', async () => {
    const { books, dock, runner } = await setUp();
    dock.stop();
    const { id } = await runner.start(mooringSaga, { ship: 'Argo' });
    await runner.waitFor(id, ({ steps }) => (steps[0]?.attempts ?? 0) > 1);
    await dock.restart();
    expect((await runner.waitFor(id, ({ settled }) => settled)).state).toBe('MOORED');
    expect(books.moored.size).toBe(1);
  });

  it('undoes what may have landed before a definite no', async () => {
    const lost = new ServerError(Status.UNAVAILABLE, 'the answer is lost');
    const full = new ServerError(Status.RESOURCE_EXHAUSTED, 'all berths are taken');
    const { books, runner } = await setUp([lost, full]);
    const { id } = await runner.start(mooringSaga, { ship: 'Argo' });
    expect((await runner.waitFor(id, ({ settled }) => settled)).state).toBe('TURNED_AWAY');
    expect(books.moored.size).toBe(0);
    expect(books.calls.map(({ method }) => method)).toEqual(['moor', 'moor', 'find', 'cast']);
  });
});
