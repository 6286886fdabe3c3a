import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { ParticipantsClient } from '../adapters/participants-client.ts';
import { openDatabase } from '../db/open-database.ts';
import { Development } from '../dev/development.ts';
import { createMetrics } from '../metrics.ts';
import { CatalogReader } from '../orders/catalog.ts';
import { readSettings } from '../settings.ts';
import { buildRunner } from '../start-runner.ts';
import { createApp } from './app.ts';

/** What goes before routes, for whole parts of the server; the console has a table of principals of its own. */
const BEFORE_ROUTES = ['/*', '/api/*', '/webhooks/*', '/api/orders', '/dev/break/*', '/dev/*'];
const OF_THE_CONSOLE = /^\/console(?:\/|$)/;

it('every route stands in the document, from which the table of principals is checked', async () => {
  const log = pino({ level: 'silent' });
  const settings = readSettings({});
  // Nothing is asked: routes are only counted.
  const { db, pool } = openDatabase('postgres://nobody@127.0.0.1:9/none', log);
  onTestFinished(() => db.destroy());
  const client = new ParticipantsClient('http://127.0.0.1:9');
  const { runner, saga } = buildRunner({ settings, db, pool, client, log });
  const app = await createApp({
    ...{ settings, log, db, runner, saga, client, metrics: createMetrics() },
    catalog: new CatalogReader(client),
    whyNotReady: async () => undefined,
    stopping: new AbortController().signal,
    development: new Development({ settings, log, client, worker: undefined, participants: undefined }),
  });
  const { paths } = (await (await app.request('/openapi.json')).json()) as { paths: Record<string, object> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const own = app.routes.filter(({ path }) => !OF_THE_CONSOLE.test(path));
  const served = own
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect([...new Set(served)].toSorted()).toEqual(documented.toSorted());
  const whole = own.filter(({ method }) => method === 'ALL').map(({ path }) => path);
  expect(whole.filter((path) => !BEFORE_ROUTES.includes(path))).toEqual([]);
});
