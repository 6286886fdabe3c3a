// pnpm console:million: a console over a million sagas, in a real browser, and how long each thing takes there.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sweepStaleServers } from '@countermand/dev-postgres';
import pg from 'pg';
import { openChromium } from '../../../packages/console/src/test-support/chromium.ts';
import { BenchServer } from '../bench-server.ts';
import { copySagas } from './copy-sagas.ts';
import { makeTemplates } from './make-templates.ts';
import { type LiveFigures, measureLive } from './measure-live.ts';
import { measureRetention } from './measure-retention.ts';
import { renderMillion } from './render-million.ts';
import { serveConsole } from './serve-console.ts';
import { type Seen, type Sights, walkConsole } from './walk-console.ts';

const DOCUMENT = path.join(import.meta.dirname, '../../../docs/console.md');
/** With fewer, some kinds of them would not be there at all. */
const LEAST = 1_000;
const MEASURED = /(<!-- begin measured -->\n)[\s\S]*?(<!-- end -->)/;

const { values } = parseArgs({
  options: {
    sagas: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '7' },
    write: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    at: { type: 'string' },
    prune: { type: 'boolean', default: false },
  },
});
const say = (line: string) => process.stderr.write(`${line}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void BenchServer.stopAll().finally(() => process.exit(1)));
}
const sagas = Number(values.sagas);
if (!Number.isInteger(sagas) || sagas < LEAST)
  throw new Error(`--sagas must be a whole number from ${LEAST}`);
if (values.at === undefined) await withMillion(sagas);
else await report(values.at);

/** Makes the database, and hands it over. */
async function withMillion(sagas: number): Promise<void> {
  await sweepStaleServers();
  // What is written into an emptied table needs no log; nobody replicates this server.
  const server = await BenchServer.start({ wal_level: 'minimal', max_wal_senders: '0' });
  try {
    await server.withDatabase(async (url) => {
      const startedAt = performance.now();
      const templates = await makeTemplates(url);
      await server.query(`alter system set max_wal_size = '8GB'`);
      await server.query('select pg_reload_conf()');
      await copySagas(url, templates, sagas);
      say(`made in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
      if (values.keep) {
        say(`${url}\nIt is there until this process gets a signal; --at URL measures it.`);
        await new Promise(() => setInterval(() => undefined, 60_000));
      }
      await report(url);
    });
  } finally {
    await server.stop();
  }
}

/** Measures, and tells. */
async function report(url: string): Promise<void> {
  if (values.prune) {
    process.stdout.write(`${await measureRetention(url)}\n`);
    return;
  }
  const { sights, size } = await lookAt(url);
  say(size);
  const { seen, live } = await measure(url, sights, Number(values.rounds));
  const text = renderMillion(seen, live, size);
  process.stdout.write(`${text}\n`);
  if (!values.write) return;
  const before = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(
    DOCUMENT,
    before.replace(MEASURED, (_, begin, end) => `${begin}\n${text}\n\n${end}`),
  );
}

async function measure(url: string, sights: Sights, rounds: number) {
  const site = await serveConsole(url);
  const browser = await openChromium();
  try {
    const page = await browser.context.newPage();
    const seen: Seen[] = [];
    // The first walk warms caches and connections; a person's second look is what is measured.
    await walkConsole(page, site.url, sights, say);
    for (let round = 0; round < rounds; round += 1) seen.push(...(await walkConsole(page, site.url, sights)));
    const live: LiveFigures = await measureLive(url, site, browser.context);
    return { seen, live };
  } finally {
    await browser.close();
    await site.close();
  }
}

/** What there is, and some of it to look at. */
async function lookAt(url: string): Promise<{ sights: Sights; size: string }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Sights & { size: string }>(
    `select (select id from countermand.saga where status = 'parked' limit 1) as "parkedId", s.id as "orderId",
       s.attributes->>'customerId' as customer, to_char((select count(*) from countermand.saga), 'FM9,999,999')
         || ' sagas, ' || pg_size_pretty(pg_database_size(current_database())) as size
     from countermand.saga s where s.status = 'rest' and s.saga = 'order' and s.attributes ? 'channel' limit 1`,
  );
  await client.end();
  const [row] = rows;
  if (!row) throw new Error('there are no orders at rest to look at: make more sagas with --sagas');
  const { size, ...sights } = row;
  return { sights, size };
}
