import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';

/** A port that is listened on. */
export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves requests. @throws Error in one line when the port can't be had */
export async function listen(
  { HOST, PORT }: { readonly HOST: string; readonly PORT: number },
  handler: (request: Request) => Response | Promise<Response>,
): Promise<Listening> {
  const server = createServer(getRequestListener(handler));
  server.listen(PORT, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(`can't listen on ${HOST}:${PORT}: ${error instanceof Error ? error.message : error}`);
  }
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : PORT;
  return {
    url: `http://${HOST}:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const grace = setTimeout(() => server.closeAllConnections(), 2_000);
      await closed;
      clearTimeout(grace);
    },
  };
}
