import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from '@countermand/test-kit';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { orderBody } from './testing/client.ts';
import { useServer } from './testing/use-server.ts';

const operations = new URL('../../../docs/operations/', import.meta.url);
const server = useServer();

/** Names of metrics, each with the labels that it came with. */
type Scraped = ReadonlyMap<string, ReadonlySet<string>>;

function readScrape(text: string): Scraped {
  const scraped = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = /^([a-z][\w:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const known = scraped.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    scraped.set(name, known);
  }
  return scraped;
}

/** What an expression asks for: metrics, each with the labels in its braces, and the labels that it groups by. */
function readExpression(expression: string) {
  const metrics = [...expression.matchAll(/\b((?:countermand|http|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)];
  const groups = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */));
  return {
    metrics: metrics.map(([, name = '', inner = '']) => ({
      name,
      labels: [...inner.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
    })),
    groups,
  };
}

/** What Prometheus itself adds to whatever it scrapes. */
const ADDED = ['instance', 'job'];

function unknownIn(expression: string, scraped: Scraped): string[] {
  const { metrics, groups } = readExpression(expression);
  if (metrics.length === 0) return [`no metric in: ${expression}`];
  return metrics.flatMap(({ name, labels }) => {
    const known = scraped.get(name);
    if (!known) return [name];
    const unknown = [...labels, ...groups].filter((label) => !known.has(label) && !ADDED.includes(label));
    return unknown.map((label) => `${name}{${label}}`);
  });
}

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
}
interface AlertRules {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}

const textOf = (name: string) => readFileSync(new URL(name, operations), 'utf8');

describe('what /metrics tells of a server at work', () => {
  let scraped: Scraped;
  beforeAll(async () => {
    // Its first capture gets no answer, and is repeated.
    const id = await server().place();
    await server().reaches(id, 'RESERVED');
    await server().pay(id, 'tok_lost');
    await server().settles(id, 'IN_TRANSIT');
    scraped = await eventually(async () => {
      const all = readScrape((await server().get('/metrics', '')).text);
      expect([...all.keys()]).toContain('countermand_delivery_duration_count');
      return all;
    });
  });

  it('is all that the dashboard shows', () => {
    const { panels, templating } = JSON.parse(textOf('grafana-dashboard.json')) as Dashboard;
    const shown = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const chosen = templating.list.flatMap(({ definition = '' }) => definition || []);
    expect(shown.length).toBeGreaterThan(15);
    expect([...shown, ...chosen].flatMap((one) => unknownIn(one, scraped))).toEqual([]);
  });

  it('is all that the alerts look at', () => {
    const { groups } = parse(textOf('alerts.yml')) as AlertRules;
    const rules = groups.flatMap(({ rules }) => rules);
    expect(rules.length).toBeGreaterThan(8);
    expect(rules.flatMap(({ expr }) => unknownIn(expr, scraped))).toEqual([]);
  });

  it('has each metric of docs/telemetry.md', () => {
    const documented = [...textOf('../telemetry.md').matchAll(/^\| `(countermand\.[\w.]+)` \|/gm)];
    const names = documented.map(([, name = '']) => name.replaceAll('.', '_'));
    expect(names.length).toBe(14);
    const has = (name: string) => ['', '_total', '_count'].some((suffix) => scraped.has(name + suffix));
    expect(names.filter((name) => !has(name))).toEqual([]);
  });
});

it('the trace of a request goes on in what it asks for, of a click that comes later, too', async () => {
  const trace = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
  const answer = await server().send('POST', '/api/orders', {
    body: orderBody(),
    headers: { 'idempotency-key': randomUUID(), traceparent: trace('a') },
  });
  const id = String(answer.body['order_id']);
  await server().reaches(id, 'RESERVED');
  await server().send('POST', `/api/orders/${id}/pay`, {
    body: { tokens: ['tok_ok'] },
    headers: { traceparent: trace('b') },
  });
  await server().settles(id, 'IN_TRANSIT');
  const client = new pg.Client({ connectionString: server().env['DATABASE_URL'] });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query<{ step: string; traceparent: string }>(
    `select step, traceparent from countermand.outbox
     where saga_id = $1 and step in ('ORDER_RESERVED', 'notifyWarehouse')`,
    [id],
  );
  expect(new Map(rows.map(({ step, traceparent }) => [step, traceparent]))).toEqual(
    new Map([
      ['ORDER_RESERVED', trace('a')],
      ['notifyWarehouse', trace('b')],
    ]),
  );
});

it('every alert leads to a chapter that says what to do', () => {
  const { groups } = parse(textOf('alerts.yml')) as {
    groups: { rules: { alert: string; annotations: { runbook_url?: string } }[] }[];
  };
  const chapters = [...textOf('README.md').matchAll(/^## (Countermand\w+)$/gm)].map(([, name = '']) => name);
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.map(({ alert }) => alert).toSorted()).toEqual(chapters.toSorted());
  for (const { alert, annotations } of rules)
    expect(annotations.runbook_url).toMatch(new RegExp(`docs/operations/README.md#${alert.toLowerCase()}$`));
});

describe.skipIf(!hasPromtool())('the alert rules', () => {
  it.each([
    ['are valid', 'check', 'alerts.yml'],
    ['fire when they should, and not before', 'test', 'alerts.test.yml'],
  ])('%s', (_what, verb, file) => {
    const { status, stdout, stderr } = spawnSync('promtool', [verb, 'rules', file], {
      cwd: fileURLToPath(operations),
      encoding: 'utf8',
    });
    expect(status, stdout + stderr).toBe(0);
  });
});

/** Says in one line that the tests are skipped where it isn't there; where it must be, they fail. */
function hasPromtool(): boolean {
  if (process.env['REQUIRE_PROMTOOL'] || spawnSync('promtool', ['--version']).status === 0) return true;
  process.stderr.write(
    'Skipped: tests that need promtool, not installed here; .ci/install-promtool installs it\n',
  );
  return false;
}
