import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SagaView } from '@countermand/saga-core';
import { eventually } from '@countermand/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Diagnosis } from './doctor-checks.js';
import { countermand } from './test-support/countermand.js';
import { freshDatabase, ownDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

const module = fileURLToPath(new URL('./test-support/trip-saga.ts', import.meta.url));

/** Ann has booked; Ben has cancelled, and his seat can't be given back while the desk is closed. */
async function setUp() {
  const { url } = await freshDatabase();
  const desk = { isOpen: false };
  const { trip: plain } = tripAdapters().adapters;
  const runner = openRunner({
    connection: url,
    sagas: [trip],
    adapters: {
      trip: {
        ...plain,
        releaseSeat: () => {
          if (!desk.isOpen) throw new Error('the desk is closed');
          return { released: true };
        },
      },
    },
  });
  await runner.work();
  for (const id of ['ann', 'ben']) {
    await runner.start(trip, { seat: `seat of ${id}`, amount: 5 }, { id });
    await runner.waitFor(id, ({ state }) => state === 'RESERVED');
  }
  await runner.send('ann', { type: 'PAY' });
  await runner.send('ben', { type: 'CANCEL' });
  await runner.waitFor('ann', ({ settled }) => settled);
  await runner.waitFor('ben', ({ status }) => status === 'parked');
  const of = (...args: string[]) => countermand(args, { DATABASE_URL: url });
  return { url, runner, desk, of };
}

describe('somebody who looks after sagas from a terminal', () => {
  it('lists them by status and attributes, a page at a time, and shows one', async () => {
    const { of, runner } = await setUp();
    await runner.on('TRIP_NOTED', { name: 'mail' }, () => {
      throw new Error('no post today');
    });
    await runner.send('ann', { type: 'NOTE', text: 'hello' });
    await eventually(async () => {
      expect(await runner.inspect.undelivered('ann')).toMatchObject([{ error: 'no post today' }]);
    });
    const [parked, byAttribute, page, nothing, shown, known, nobody] = await Promise.all([
      of('list', '--status', 'parked'),
      of('list', '--attribute', 'seat=seat of ann', '--json'),
      of('list', '--limit', '1', '--json'),
      of('list', '--saga', 'other'),
      of('show', 'ben'),
      of('show', 'ben', '--module', module, '--history', '1', '--json'),
      of('show', 'nobody'),
    ]);
    expect(parked).toMatchObject({ code: 0, err: '' });
    expect(parked.out).toMatch(
      /^ID +SAGA .*\nben +trip v1 +parked +CANCELLED\.undoing .*the desk is closed\n$/,
    );
    expect(JSON.parse(byAttribute.out)).toMatchObject({ items: [{ id: 'ann' }], cursor: null });
    const { items, cursor } = JSON.parse(page.out) as { items: SagaView[]; cursor: string };
    expect(items.map(({ id }) => id)).toEqual(['ben']);
    const next = await of('list', '--limit', '1', '--json', '--cursor', cursor);
    expect(JSON.parse(next.out)).toMatchObject({ items: [{ id: 'ann' }], cursor: null });
    expect(nothing).toEqual({ out: 'no saga is like that\n', err: '', code: 0 });
    expect(shown.out).toContain('undo:seat.held:seat of ben:1  step');
    expect(shown.out).toContain('countermand retry MODULE ben --reason WHY');
    expect(shown.out).toMatch(
      /open in the world\n {2}seat.held:seat of ben +open +by reserveSeat +undone by/,
    );
    const { out: unheard } = await of('show', 'ann');
    expect(unheard).toMatch(
      /published, not taken yet\n {2}\d+ +TRIP_NOTED +by mail +\d+ attempts? +no post today/,
    );
    expect((await of('doctor')).out).toContain(
      'published events that a subscription was given and has not taken: 1',
    );
    expect(JSON.parse(known.out)).toMatchObject({
      status: 'parked',
      history: [{ event: 'releaseSeat.unknown' }],
      next: { waitingFor: ['a person: retry or skip'] },
    });
    expect(nobody).toEqual({ out: '', err: "countermand: no saga 'nobody'\n", code: 3 });
  });

  it('lets parked ones go on, with who and why in their history; one that is not parked keeps none', async () => {
    const { runner, desk, of } = await setUp();
    desk.isOpen = true;
    const retried = await of(
      'retry',
      module,
      'ann',
      'ben',
      '--by',
      'ops:jane',
      '--reason',
      'the desk is open',
    );
    expect(retried).toMatchObject({ code: 3, err: '' });
    expect(retried.out).toMatch(/^ann: NOT_PARKED: .*\nben goes on\n$/);
    await runner.waitFor('ben', ({ settled }) => settled);
    const history = await runner.history('ben');
    expect(history.find(({ event }) => event === 'retry')).toMatchObject({
      actor: 'ops:jane',
      reason: 'the desk is open',
    });
  });

  it('gives a parked step up, as the user of the machine, and for a reason', async () => {
    const { runner, of } = await setUp();
    const step = 'undo:seat.held:seat of ben:1';
    const wrong = await of('skip', module, 'ben', '--step', 'reserve:9', '--reason', 'x');
    expect(wrong).toMatchObject({ code: 3, out: '' });
    const skipped = await of('skip', module, 'ben', '--step', step, '--reason', 'by phone', '--json');
    expect(skipped).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(skipped.out)).toEqual({ id: 'ben', step, outcome: 'skipped' });
    const history = await runner.history('ben');
    expect(history.find(({ event }) => event === 'skip')).toMatchObject({
      actor: expect.stringMatching(/^cli:?/),
      reason: 'by phone',
    });
    await runner.waitFor('ben', ({ settled }) => settled);
  });
});

describe('the doctor', () => {
  const diagnose = async (url: string) => {
    const { out, err, code } = await countermand(['doctor', '--json'], { DATABASE_URL: url });
    expect(err).toBe('');
    const { ok, checks } = JSON.parse(out) as { ok: boolean; checks: Diagnosis[] };
    expect(code).toBe(ok ? 0 : 1);
    // How the tests' own server is set up is nothing that one of them decides.
    const own = checks.filter(({ check }) => !['durability', 'connections'].includes(check));
    return { of: new Map(own.map((one) => [one.check, one])), out };
  };

  it('sees what waits for somebody, what nobody takes, what is late, and what belongs to nobody', async () => {
    const { url, runner } = await setUp();
    await runner.stop();
    const before = await diagnose(url);
    expect([...before.of.values()].filter(({ status }) => status === 'fail')).toEqual([]);
    expect(before.of.get('parked')).toMatchObject({
      status: 'warn',
      todo: 'countermand list --status parked',
    });
    const pool = testPool(url, 1);
    await pool.query(`insert into countermand.outbox (saga_id, key, kind, status, id, visit, queue, created_at, due_at,
        delivery, lease)
      values ('gone', 'a:1', 'step', 'pending', 'a', 1, 'no.queue', now(), null, null, null),
        ('ann', 'b:1', 'step', 'pending', 'b', 1, 'trip.reserveSeat', now() - interval '2 min', now(),
          gen_random_uuid(), null),
        ('ann', 't:1', 'timer', 'pending', 't', 1, null, now(), now() - interval '3 min', null, null)`);
    const after = await diagnose(url);
    expect(after.of.get('queues')).toMatchObject({
      status: 'fail',
      said: expect.stringContaining('no.queue'),
    });
    expect(after.of.get('rows')).toMatchObject({ status: 'fail', said: '1 outbox rows belong to no saga' });
    expect(after.of.get('workers')).toMatchObject({
      status: 'warn',
      said: expect.stringMatching(/^timers 18\d s late$/),
    });
    await pool.query(`delete from countermand.outbox where saga_id = 'gone'`);
    const silent = await diagnose(url);
    expect(silent.of.get('queues')).toMatchObject({
      status: 'warn',
      said: expect.stringMatching(/^nobody takes trip\.reserveSeat \(1, oldest 12\d s\)$/),
    });
  });

  it('says what a database lacks, and what a role may not do', async () => {
    const { url, name } = await ownRole();
    const empty = await countermand(['doctor', '--schema', 'other'], { DATABASE_URL: url });
    expect(empty.code).toBe(1);
    expect(empty.out).toMatch(/fail +schema +schema 'other' lacks 0001-first-tables/);
    expect(empty.out).toContain('-> run countermand migrate');
    const documented = await diagnose(url);
    expect(documented.of.get('privileges')).toEqual({
      check: 'privileges',
      status: 'ok',
      said: `role ${name} has what it needs, and can't rewrite history`,
    });
    expect(documented.of.get('notices')?.status).toBe('ok');
    await testPool((await owners.get(name)) ?? '', 1).query(`revoke insert on countermand.saga from ${name}`);
    const less = await diagnose(url);
    expect(less.of.get('privileges')).toMatchObject({
      status: 'fail',
      said: `role ${name} lacks insert on countermand.saga`,
    });
  });
});

const owners = new Map<string, string>();

/** A database of its own, and the role of docs/operating.md in it. */
async function ownRole() {
  const database = await ownDatabase();
  const owner = testPool(database.url, 1);
  const name = `doc_${new URL(database.url).pathname.slice(1)}`.slice(0, 60);
  owners.set(name, database.url);
  const text = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
  const sql = /```sql\n([\s\S]*?)```/.exec(text)?.[1]?.replaceAll('countermand_app', name);
  await owner.query(`${sql}; alter role ${name} password 'only-for-this-test'`);
  onTestFinished(() => owner.query(`drop owned by ${name}; drop role ${name}`).then(() => undefined));
  const url = new URL(database.url);
  url.username = name;
  url.password = 'only-for-this-test';
  return { url: url.href, name };
}
