import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { findFreePorts } from '@countermand/test-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { orderBody } from './testing/client.ts';
import { ownSettings, type ServerProcess, spawnServer, startServer } from './testing/start-server.ts';

const disposals: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

/** A server with its own PostgreSQL and participants, as `npm start` starts it. */
async function embedded(settings: Record<string, string> = {}): Promise<Record<string, string>> {
  // As good as unset: an empty setting is its default.
  const { env, dispose } = await ownSettings({ DATABASE_URL: '', ...settings });
  disposals.push(dispose);
  return env;
}

async function start(env: Record<string, string>): Promise<ServerProcess> {
  const server = await startServer(env);
  disposals.push(() => server.stop());
  return server;
}

const AS_PLANNED: Record<string, { token: string | undefined; until: string; end: string }> = {
  CREATED: { token: undefined, until: 'CREATED', end: 'RESERVED' },
  RESERVED: { token: undefined, until: 'RESERVED', end: 'RESERVED' },
  PAYMENT_PENDING: { token: 'tok_slow', until: 'PAYMENT_PENDING', end: 'IN_TRANSIT' },
  LOST: { token: 'tok_lost', until: 'PAYMENT_PENDING', end: 'IN_TRANSIT' },
  LATE: { token: 'tok_late', until: 'PAYMENT_PENDING', end: 'IN_TRANSIT' },
  DECLINED: { token: 'tok_declined', until: 'FAILED', end: 'FAILED' },
  CONFIRMED: { token: 'tok_ok', until: 'CONFIRMED', end: 'IN_TRANSIT' },
  SHIPPED: { token: 'tok_ok', until: 'SHIPPED', end: 'IN_TRANSIT' },
  IN_TRANSIT: { token: 'tok_ok', until: 'IN_TRANSIT', end: 'IN_TRANSIT' },
  CANCELLED: { token: undefined, until: 'RESERVED', end: 'CANCELLED' },
};

describe('a server that is killed with orders in every state', () => {
  it('finds PostgreSQL, participants and all orders again, and brings each to its end', async () => {
    const env = await embedded({ LATE_PAYMENT_DELAY: '4s' });
    const first = await start(env);
    const ids: Record<string, string> = {};
    for (const name of [
      'IN_TRANSIT',
      'SHIPPED',
      'CONFIRMED',
      'LATE',
      'LOST',
      'PAYMENT_PENDING',
      'DECLINED',
    ]) {
      const { token = '', until = '' } = AS_PLANNED[name] ?? {};
      ids[name] = await first.place('iphone-15');
      await first.pay(ids[name], token);
      await first.passes(ids[name], until);
    }
    for (const name of ['RESERVED', 'CANCELLED']) {
      ids[name] = await first.place('iphone-15');
      await first.reaches(ids[name], 'RESERVED');
    }
    await first.post(`/api/orders/${ids['CANCELLED']}/cancel`);
    ids['CREATED'] = await first.place('iphone-15');
    await first.kill();

    const second = await start(env);
    expect(second.output()).toMatch(/PostgreSQL +found on port/);
    expect(second.output()).toMatch(/participants +found at/);
    for (const [name, { end }] of Object.entries(AS_PLANNED)) {
      const id = ids[name] ?? '';
      const order =
        end === 'RESERVED' ? await second.reaches(id, end) : await second.settles(id, end, 60_000);
      expect({ name, status: order.status }).toEqual({ name, status: end });
    }
    expect(await second.invariantsHold(90_000)).toMatchObject({ ok: true });
    expect(await second.stop()).toBe(0);
    // What it had started, or found, is gone with it.
    expect(processesOf(env['DATA_DIR'] ?? '')).toEqual([]);
  });
});

describe('a server that is killed inside of fifty equal requests', () => {
  it('has made one order or none; the same request again is answered by one, with the same bytes', async () => {
    const { env, dispose } = await ownSettings();
    disposals.push(dispose);
    const first = await start(env);
    const headers = { 'idempotency-key': 'one-click' };
    const body = orderBody('phone-case');
    const post = (server: ServerProcess) => server.send('POST', '/api/orders', { body, headers });
    // The first answer is the signal: some requests are answered then, some are on their way, some unread.
    const texts: string[] = [];
    const clicks = Array.from({ length: 50 }, () =>
      post(first).then(
        ({ status, text }) => {
          if (status === 201) texts.push(text);
          if (texts.length === 1) first.child.kill('SIGKILL');
        },
        () => undefined,
      ),
    );
    await Promise.all(clicks);
    await first.exited;

    const second = await start(env);
    const again = await second.eventually(async () => {
      const answer = await post(second);
      expect(answer.status).toBe(201);
      return answer;
    });
    expect(new Set([...texts, again.text]).size).toBe(1);
    const { body: list } = await second.get('/api/orders');
    expect(list['items']).toHaveLength(1);
  });
});

describe('a server that is asked to stop', () => {
  it('ends with 0, having lost nothing that was under way', async () => {
    const env = await embedded({ LOG_LEVEL: 'info' });
    const first = await start(env);
    const ids = await Promise.all(Array.from({ length: 5 }, () => first.place('phone-case')));
    await Promise.all(ids.map((id) => first.pay(id, 'tok_slow')));
    // From a terminal it comes more than once, to every process between it and the server.
    first.child.kill('SIGINT');
    expect(await first.stop()).toBe(0);
    expect(first.output().trimEnd().split('\n').at(-1)).toContain('"msg":"stopped"');
    expect(processesOf(env['DATA_DIR'] ?? '')).toEqual([]);
    const second = await start(env);
    for (const id of ids) await second.settles(id, 'IN_TRANSIT', 60_000);
    expect(await second.stop()).toBe(0);
  });
});

describe('a server whose own processes end under it', () => {
  const walk = async (server: ServerProcess) => {
    const id = await server.place('phone-case');
    await server.pay(id, 'tok_ok');
    await server.settles(id, 'IN_TRANSIT', 90_000);
  };

  it('starts the participants again, says so, and goes on', async () => {
    const { env, dispose } = await ownSettings();
    disposals.push(dispose);
    const server = await start(env);
    await walk(server);
    const file = path.join(env['DATA_DIR'] ?? '', 'participants', 'participants.json');
    process.kill(JSON.parse(readFileSync(file, 'utf8')).pid, 'SIGKILL');
    await walk(server);
    expect(server.output()).toContain('the participants process ended by itself, and is started again');
    expect(await server.stop()).toBe(0);
    expect(processesOf(env['DATA_DIR'] ?? '')).toEqual([]);
  });

  it('starts PostgreSQL again, says so, and has lost nothing', async () => {
    const env = await embedded();
    const server = await start(env);
    const id = await server.place('phone-case');
    await server.reaches(id, 'RESERVED');
    const [pid] = readFileSync(path.join(env['DATA_DIR'] ?? '', 'postgres', 'postmaster.pid'), 'utf8').split(
      '\n',
    );
    process.kill(Number(pid), 'SIGKILL');
    await server.eventually(async () => expect(server.output()).toContain('PostgreSQL ended by itself'));
    await server.eventually(async () => {
      const answer = await server.post(`/api/orders/${id}/pay`, { tokens: ['tok_ok'] });
      expect(answer.status, answer.text).toBe(202);
    });
    await server.eventually(async () =>
      expect(await server.get(`/api/orders/${id}`)).toMatchObject({ body: { status: 'IN_TRANSIT' } }),
    );
    expect(await server.stop()).toBe(0);
    expect(processesOf(env['DATA_DIR'] ?? '')).toEqual([]);
  });
});

describe('a server that cannot start', () => {
  it('says in one line that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    disposals.push(async () => taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const server = spawnServer({ ...(await embedded()), PORT: String(port) });
    expect(await server.exited).toBe(1);
    expect(server.output()).toBe(`checkout-server: port ${port} is taken; set PORT to another\n`);
  });

  it("says in one line that the participants' port is taken, and leaves nothing behind", async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    disposals.push(async () => taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const env = await embedded({ PARTICIPANTS_PORT: String(port) });
    const server = spawnServer(env);
    expect(await server.exited).toBe(1);
    expect(server.output()).toBe(
      `checkout-server: participants: port ${port} is taken; set PARTICIPANTS_PORT to another\n`,
    );
    expect(processesOf(env['DATA_DIR'] ?? '')).toEqual([]);
  });

  it('says in one line that another one has its data', async () => {
    const env = await embedded();
    const first = await start(env);
    const [port, participantsPort] = await findFreePorts(2);
    const second = spawnServer({ ...env, PORT: String(port), PARTICIPANTS_PORT: String(participantsPort) });
    expect(await second.exited).toBe(1);
    expect(second.output()).toMatch(
      /^checkout-server: process \d+ serves .* already; stop it, or set DATA_DIR .*\n$/,
    );
    expect((await first.get('/readyz')).status).toBe(200);
  });

  it.each([
    [
      'a setting that cannot be read',
      { RESERVATION_TTL: 'soon' },
      /^checkout-server: RESERVATION_TTL: use a duration.*\n$/,
    ],
    ['demo values in production', { NODE_ENV: 'production' }, /^checkout-server: CUSTOMER_TOKENS, .*\n$/],
    [
      'a database that does not answer',
      { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x', PARTICIPANTS_URL: 'http://127.0.0.1:1' },
      /^checkout-server: the database can't be reached: .*\n$/,
    ],
  ])('says so in one line: %s', async (_what, settings, line) => {
    const { env, dispose } = await ownSettings({ DATABASE_URL: '', ...settings });
    disposals.push(dispose);
    const server = spawnServer(env);
    expect(await server.exited).toBe(1);
    expect(server.output()).toMatch(line);
  });
});

describe('web and worker as processes of their own', () => {
  it('expect migrated tables, and then share the work', async () => {
    const all = await ownSettings();
    disposals.push(all.dispose);
    const [webPort, workerPort] = await findFreePorts(2);
    const participantsUrl = `http://127.0.0.1:${all.env['PARTICIPANTS_PORT']}`;
    const web = { ...all.env, ROLE: 'web', PORT: String(webPort), PARTICIPANTS_URL: participantsUrl };
    const early = spawnServer(web);
    expect(await early.exited).toBe(1);
    expect(early.output()).toMatch(
      /^checkout-server: the tables in schema 'checkout' lack .*; run 'pnpm migrate'.*\n$/,
    );

    // Migrates, and leaves its participants to those that follow.
    const first = await start({ ...all.env, WEBHOOK_TARGET: `http://127.0.0.1:${webPort}` });
    await first.kill();
    const [webServer, worker] = [
      await start(web),
      await start({ ...web, ROLE: 'worker', PORT: String(workerPort) }),
    ];
    expect((await worker.get('/api/orders')).status).toBe(404);
    const id = await webServer.place('phone-case');
    await webServer.pay(id, 'tok_ok');
    const order = await webServer.settles(id, 'IN_TRANSIT', 60_000);
    expect(order.saga.status).toBe('COMPLETED');
    await webServer.stop();
    await worker.stop();
    // One that does everything finds the participants and takes them away again.
    const last = await start({ ...all.env, WEBHOOK_TARGET: `http://127.0.0.1:${webPort}` });
    expect(await last.stop()).toBe(0);
  });
});

describe('a server in production', () => {
  it('has no page, no routes under /dev, nothing that breaks things, and takes no mock tokens', async () => {
    const { env, dispose } = await ownSettings({
      NODE_ENV: 'production',
      CUSTOMER_TOKENS: 'carol:own-token-of-carol',
      ADMIN_TOKEN: 'own-admin-token',
      WEBHOOK_SECRET: 'whsec_b3duLXNlY3JldC1vZi10aGUtc2hvcA==',
    });
    disposals.push(dispose);
    const server = await start(env);
    for (const path of ['ledger', 'stock', 'notifications', 'invariants']) {
      expect((await server.get(`/dev/${path}`)).status).toBe(404);
    }
    for (const path of ['/', '/storefront/page.js', '/dev/live']) {
      const { status } = await server.send('GET', path, { headers: { accept: 'text/html' } });
      expect({ path, status }).toEqual({ path, status: 404 });
    }
    for (const what of ['worker', 'services', 'webhook']) {
      const answer = await server.post(`/dev/break/${what}`, { act: 'stop' }, 'own-admin-token');
      expect({ what, status: answer.status }).toEqual({ what, status: 404 });
    }
    const { body: documents } = await server.get('/openapi.json');
    const paths = Object.keys(documents['paths'] as object);
    expect(paths.filter((path) => !/^\/(api|webhooks)\//.test(path)).sort()).toEqual([
      ...['/docs', '/healthz', '/metrics', '/openapi.json', '/readyz'],
    ]);
    expect((await server.get('/api/orders')).status).toBe(401);
    const id = await server.place('phone-case', 1, { token: 'own-token-of-carol' });
    const click = await server.post(`/api/orders/${id}/pay`, { tokens: ['tok_ok'] }, 'own-token-of-carol');
    expect(click).toMatchObject({ status: 422, body: { code: 'PAYMENT_TOKEN_REFUSED' } });
  });
});

/** Processes whose command line or environment names the directory. */
function processesOf(directory: string): string[] {
  const lines = execFileSync('ps', ['axeww', '-o', 'pid,command'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(`${directory}/`) && !line.includes('ps axeww'));
}
