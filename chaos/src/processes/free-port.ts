import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which systems take ports for outgoing connections: those may be gone when they are needed again. */
const RANGE = { from: 15_000, to: 32_000 };

/** A port of the loopback address on which nobody listens, and which no connection takes by chance. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = Math.floor(RANGE.from + Math.random() * (RANGE.to - RANGE.from));
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await once(server.close(), 'close');
    return port;
  }
}
