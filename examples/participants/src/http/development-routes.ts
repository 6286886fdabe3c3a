import type { Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { auditJournal } from '../audit.ts';
import { describeIssues } from '../commands.ts';
import { fault, setStock } from '../contract/command-bodies.ts';
import { viewLedger, viewNotifications, viewStock } from '../views.ts';
import type { World } from '../world.ts';
import type { Env } from './env.ts';
import type { Faults } from './faults.ts';
import { problem } from './problem.ts';
import { readJson } from './read-json.ts';

export interface DevelopmentRoutes {
  world: World;
  journalPath: string;
  faults: Faults;
}

/** `/dev`: the books, restocking and faults, for demos, tests and whoever audits. */
export function addDevelopmentRoutes(
  app: Hono<Env>,
  { world, journalPath, faults }: DevelopmentRoutes,
): void {
  app.get('/dev/ledger', async (c) => c.json(await world.show(viewLedger)));
  app.get('/dev/stock', async (c) => c.json(await world.show(viewStock)));
  app.post('/dev/stock', async (c) => {
    const { sku, available } = await readBody(c, setStock);
    if (!(await world.restock(sku, available))) return problem(c, 404, `There is no ${sku}.`);
    return c.json(await world.show(viewStock));
  });
  app.get('/dev/notifications', async (c) => c.json(await world.show(viewNotifications)));
  app.get('/dev/books', async (c) => {
    await world.settled();
    return c.json(await auditJournal(journalPath));
  });
  app.get('/dev/faults', (c) => c.json({ faults: faults.list() }));
  app.post('/dev/faults', async (c) => {
    faults.set(await readBody(c, fault));
    return c.json({ faults: faults.list() });
  });
}

async function readBody<Body>(c: Context<Env>, schema: z.ZodType<Body>): Promise<Body> {
  const parsed = schema.safeParse(await readJson(c));
  if (parsed.success) return parsed.data;
  throw new HTTPException(400, { message: describeIssues(parsed.error) });
}
