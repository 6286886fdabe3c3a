import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which systems take ports for outgoing connections: those may be gone when they are needed again. */
const RANGE = { from: 15_000, to: 32_000 };

/** Ports of the loopback address on which nobody listens at the moment, and which no connection takes by chance. */
export async function findFreePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = Math.floor(RANGE.from + Math.random() * (RANGE.to - RANGE.from));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** See {@link findFreePorts}. */
export async function findFreePort(): Promise<number> {
  const [port = 0] = await findFreePorts(1);
  return port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
