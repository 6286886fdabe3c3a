import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { StartError } from './start-error.ts';

/** Answers a request; `env` is what a Node server hands on. */
type Handler = (request: Request, env: unknown) => Response | Promise<Response>;

/** A port that is listened on. */
export interface Listening {
  /** Gives requests to this handler from now on; until then they get a 503, and `/healthz` a 200. */
  serve(handler: Handler): void;
  /** Takes no new connection, lets requests under way finish for as long as the grace lasts. */
  close(graceMs: number): Promise<void>;
}

/**
 * Takes the port before anything else is started, so that one that is taken shows at once.
 *
 * @throws StartError
 */
export async function listen(host: string, port: number): Promise<Listening> {
  let current: Handler = starting;
  const listener = getRequestListener((request, env) => current(request, env), {
    overrideGlobalObjects: false,
  });
  const server = createServer(listener);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    if (code === 'EADDRINUSE') throw new StartError(`port ${port} is taken; set PORT to another`);
    throw new StartError(`can't listen on ${host}:${port} (${String(code)}); set HOST and PORT`);
  }
  return {
    serve(handler) {
      current = handler;
    },
    close: (graceMs) => close(server, graceMs),
  };
}

function starting(request: Request): Response {
  const isHealth = new URL(request.url).pathname === '/healthz';
  return Response.json({ status: isHealth ? 'ok' : 'starting' }, { status: isHealth ? 200 : 503 });
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const grace = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(grace);
}
