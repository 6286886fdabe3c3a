import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire that can be cut. */
export interface TcpProxy {
  readonly address: string;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Breaks every connection as soon as the next bytes come back; they are lost. New ones are refused. */
  cutAtNextAnswer(): void;
  restore(): void;
  close(): void;
}

/** Passes bytes on to a port of this machine. */
export async function openTcpProxy(target: () => number): Promise<TcpProxy> {
  let state: 'open' | 'cutting' | 'cut' = 'open';
  const sockets = new Set<Socket>();
  const cut = () => {
    state = 'cut';
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(target(), '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (state === 'cutting') cut();
      else near.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    cutAtNextAnswer: () => {
      state = 'cutting';
    },
    restore: () => {
      state = 'open';
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
