import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { World } from '../processes/world.ts';

/** Tables in which neither secrets nor people belong. The shop's own table of addresses isn't among them. */
const TABLES = [
  ...['countermand.saga', 'countermand.history', 'countermand.inbox', 'countermand.outbox'],
  ...['countermand_boss.job', 'countermand_boss.queue'],
];
const OURS = /^(web|worker-\d+|migrate)\.log$/;

/** Places where a secret, or a part of somebody's address, turned up that doesn't belong there. */
export async function findCanaries({ database, directory, canaries }: World): Promise<readonly string[]> {
  const { customerToken, adminToken, webhookSecret, databasePassword, street } = canaries;
  const planted = { customerToken, adminToken, webhookSecret, databasePassword, street };
  const found: string[] = [];
  const logs = path.join(directory, 'logs');
  for (const name of readdirSync(logs).filter((one) => OURS.test(one))) {
    const text = readFileSync(path.join(logs, name), 'utf8');
    for (const [what, canary] of Object.entries(planted))
      if (text.includes(canary)) found.push(`${what} in ${name}`);
  }
  for (const table of TABLES) {
    for (const [what, canary] of Object.entries(planted)) {
      const [row] = await database.query<{ n: number }>(
        `select count(*)::int as n from ${table} t where position($1 in t::text) > 0`,
        [canary],
      );
      if ((row?.n ?? 0) > 0) found.push(`${what} in ${row?.n} rows of ${table}`);
    }
  }
  return found;
}
