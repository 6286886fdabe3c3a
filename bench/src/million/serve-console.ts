import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConsole } from '@countermand/console';
import { createRunner } from '@countermand/runner-postgres';
import { millionSagas } from './million-sagas.ts';

/** The real console over a database, of a runner that doesn't work. */
export async function serveConsole(url: string) {
  const runner = createRunner({ connection: url, sagas: millionSagas });
  await runner.ready();
  const console = createConsole({ runner, authorize: () => ({ name: 'ops:jane', may: ['read', 'act'] }) });
  const server = createServer((request, response) => void console.listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    runner,
    url: `http://127.0.0.1:${port}/console/`,
    async close() {
      console.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await runner.stop({ graceMs: 500 });
    },
  };
}
