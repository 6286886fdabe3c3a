import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { Logger } from 'pino';
import { COMMANDS, type Prepare, type PreparedCommand, TRIGGERS } from '../commands.ts';
import { viewCatalog, viewEffect, viewPayments, viewStock } from '../views.ts';
import type { World } from '../world.ts';
import { addDevelopmentRoutes } from './development-routes.ts';
import type { Env } from './env.ts';
import { Faults, injectFaults } from './faults.ts';
import { hangUp } from './hang-up.ts';
import { problem } from './problem.ts';
import { readJson } from './read-json.ts';

export interface AppOptions {
  world: World;
  /** Read anew for every `GET /dev/books`. */
  journalPath: string;
  log: Logger;
}

/** Every route of the participants. A caller hears nothing that isn't on the disk. */
export function createApp({ world, journalPath, log }: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
  const faults = new Faults();
  app.onError((error, c) => {
    if (error instanceof HTTPException) return problem(c, 400, error.message);
    log.error({ err: error, path: c.req.path }, 'request failed');
    return problem(c, 500, 'The participants failed; the log says how.');
  });
  app.notFound((c) => problem(c, 404, `There is no ${c.req.method} ${c.req.path}.`));
  app.use(bodyLimit({ maxSize: 64 * 1024, onError: (c) => problem(c, 413, 'At most 64 KB.') }));
  app.use(injectFaults(faults));

  for (const [path, prepare] of COMMANDS) {
    app.post(path, (c) => answerCommand(c, world, prepare, log));
  }
  for (const [path, prepare] of TRIGGERS) {
    app.post(path, async (c) => {
      const { status, answer } = await world.trigger(await readCommand(c, prepare));
      return c.json(answer, status);
    });
  }
  app.get('/catalog', async (c) => c.json(await world.show(viewCatalog)));
  app.get('/inventory/stock', async (c) => c.json(await world.show(viewStock)));
  app.get('/payments', async (c) => {
    const { order_id, payment } = c.req.query();
    const payments = await world.show((books) =>
      viewPayments(books, order_id || undefined, payment || undefined),
    );
    return c.json({ payments });
  });
  app.get('/effects/:key{.+}', async (c) => {
    return c.json(viewEffect(await world.lookUp(c.req.param('key'))));
  });
  app.get('/healthz', (c) => c.json({ status: 'ok', service: 'participants', pid: process.pid }));
  addDevelopmentRoutes(app, { world, journalPath, faults });
  return app;
}

async function answerCommand(
  c: Context<Env>,
  world: World,
  prepare: Prepare,
  log: Logger,
): Promise<Response> {
  const key = readKey(c);
  const command = await readCommand(c, prepare);
  const outcome = await world.execute(command, key);
  const about = { path: command.path, order_id: command.orderId, key };
  if (outcome.kind === 'key_reused') {
    return problem(c, 422, 'The Idempotency-Key was used with another body.');
  }
  if (outcome.kind === 'lost') {
    log.info(about, 'answer lost on purpose');
    return hangUp(c);
  }
  const { status, answer, replayed } = outcome;
  log.info({ ...about, status, replayed, code: answer['code'] }, 'command answered');
  if (replayed) c.header('Idempotent-Replayed', 'true');
  return c.json(answer, status);
}

function readKey(c: Context<Env>): string {
  const header = c.req.header('Idempotency-Key')?.trim() ?? '';
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (key === '') throw new HTTPException(400, { message: 'Send an Idempotency-Key header.' });
  if (key.length <= 255) return key;
  throw new HTTPException(400, { message: 'An Idempotency-Key has at most 255 characters.' });
}

async function readCommand(c: Context<Env>, prepare: Prepare): Promise<PreparedCommand> {
  const prepared = prepare(c.req.path, await readJson(c));
  if ('problem' in prepared) throw new HTTPException(400, { message: prepared.problem });
  return prepared;
}
