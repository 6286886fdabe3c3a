import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http2';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import * as restate from '@restatedev/restate-sdk';
import * as clients from '@restatedev/restate-sdk-clients';
import { type OpenPeer, SagaWork, STEP_NAMES } from '../../src/peer-driver.ts';

/**
 * Restate: a handler of five `ctx.run`, called through the ingress with the saga's id as idempotency key. The server
 * keeps its log on disk and syncs it; two partitions suit two cores better than the default of 24.
 */
export const openPeer: OpenPeer = async ({ folder, setting, stepMs }) => {
  const work = new SagaWork(stepMs);
  const saga = restate.service({
    name: 'saga',
    handlers: {
      run: async (context: restate.Context, sagaId: string) => {
        for (const name of STEP_NAMES) await context.run(name, () => work.step(sagaId, name));
        return 'complete';
      },
    },
  });
  const endpoint = createServer(restate.createEndpointHandler({ services: [saga], logger: () => undefined }));
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  const [ingressPort, adminPort, nodePort] = await freePorts(3);
  const server = startServer(folder, {
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
    RESTATE_BIND_ADDRESS: `127.0.0.1:${nodePort}`,
    ...(setting === 'two partitions' ? { RESTATE_DEFAULT_NUM_PARTITIONS: '2' } : {}),
  });
  const kill = () => server.kill('SIGKILL');
  // A run that is broken off ends this process, which must not leave the server behind.
  process.once('exit', kill);
  const admin = `http://127.0.0.1:${adminPort}`;
  const { port } = endpoint.address() as AddressInfo;
  await untilAccepted(() => post(`${admin}/deployments`, { uri: `http://127.0.0.1:${port}` }));
  const client = clients.connect({ url: `http://127.0.0.1:${ingressPort}` }).serviceClient<typeof saga>(saga);
  await untilAccepted(() => client.run('first', clients.rpc.opts({ idempotencyKey: 'first' })));
  return {
    serverPids: [server.pid ?? 0],
    async one() {
      const sagaId = crypto.randomUUID();
      await client.run(sagaId, clients.rpc.opts({ idempotencyKey: sagaId }));
    },
    async completed() {
      const { rows } = (await post(`${admin}/query`, {
        query: `select count(*) as n from sys_invocation where status = 'completed' and completion_result = 'success'
                  and journal_commands_size >= 7 and idempotency_key <> 'first'`,
      })) as { rows: { n: number }[] };
      return rows[0]?.n ?? 0;
    },
    async close() {
      process.removeListener('exit', kill);
      kill();
      await once(server, 'exit');
      endpoint.close();
    },
  };
};

function startServer(folder: string, environment: Record<string, string>): ChildProcess {
  const fromHere = createRequire(import.meta.url);
  const fromServer = createRequire(fromHere.resolve('@restatedev/restate-server/package.json'));
  const platform = `${process.platform}-${process.arch}`;
  const program = fromServer.resolve(`@restatedev/restate-server-${platform}/bin/restate-server`);
  return spawn(program, ['--no-logo', '--base-dir', folder], {
    env: {
      ...process.env,
      ...environment,
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_DISABLE_TELEMETRY: 'true',
      // It asks GitHub for a newer release, whatever it is told; that this fails need not be heard.
      RESTATE_LOG_FILTER: 'error,octocrab=off',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createNetServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return servers.map((server) => {
    const { port } = server.address() as AddressInfo;
    server.close();
    return port;
  });
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

async function untilAccepted(attempt: () => PromiseLike<unknown>): Promise<void> {
  for (const endsAt = Date.now() + 30_000; ; await pause(200)) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > endsAt) throw error;
    }
  }
}
