import { once } from 'node:events';
import net from 'node:net';

/** A TCP proxy on the loopback address whose connections can be cut. */
export interface CuttableProxy {
  readonly host: string;
  readonly port: number;
  /** Breaks every connection, and takes no more until {@link restore}. */
  cut(): void;
  restore(): void;
  /** How many connections have been broken. */
  readonly broken: number;
  close(): Promise<void>;
}

/** Starts a proxy to `host:port`. */
export async function startCuttableProxy(target: string): Promise<CuttableProxy> {
  const at = target.lastIndexOf(':');
  const [host, port] = [target.slice(0, at), Number(target.slice(at + 1))];
  const open = new Set<net.Socket>();
  let isCut = false;
  let broken = 0;
  const server = net.createServer((near) => {
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = net.connect({ host, port });
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const breakAll = () => {
    broken += open.size / 2;
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
    cut() {
      isCut = true;
      breakAll();
    },
    restore() {
      isCut = false;
    },
    get broken() {
      return broken;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      breakAll();
      await closed;
    },
  };
}
