import type { ChannelOptions, MethodDefinition } from '@grpc/grpc-js';
import { type CallContext, createChannel, createClient, createServer, ServerError, Status } from 'nice-grpc';
import { onTestFinished } from 'vitest';
import { CHANNEL_OPTIONS } from '../channel-options.js';

/** What the dock is asked for, and answers. */
export interface Berth {
  readonly ship: string;
}

type Unary<Request, Response> = MethodDefinition<Request, Response> & {
  readonly requestStream: false;
  readonly responseStream: false;
};

const json = <Request, Response>(path: string): Unary<Request, Response> => ({
  path: `/harbour.Dock/${path}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes) => JSON.parse(bytes.toString()) as Request,
  responseSerialize: (value) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes) => JSON.parse(bytes.toString()) as Response,
});

/** A service whose messages are JSON, so that it needs no generated code. */
export const dockDefinition = {
  moor: json<Berth, { berth: string }>('Moor'),
  cast: json<Berth, { gone: boolean }>('Cast'),
  find: json<{ key: string }, { berth: string }>('Find'),
};

/** What a dock does when it is called. */
export interface DockBooks {
  readonly moored: Map<string, string>;
  readonly calls: { readonly method: string; readonly key: string; readonly context: CallContext }[];
  /** Is thrown instead of an answer, once it has been moored. */
  failures: (ServerError | 'hang')[];
}

/** A dock that listens, and a client of it. */
export async function openDock(books: DockBooks, options: ChannelOptions = CHANNEL_OPTIONS) {
  const start = async (port: number) => {
    const server = createServer();
    server.add(dockDefinition, {
      moor: async ({ ship }: Berth, context: CallContext) => {
        const key = note(books, 'moor', context);
        books.moored.set(key, ship);
        await fail(books, context);
        return { berth: `b-${ship}` };
      },
      cast: async (_request: Berth, context: CallContext) => {
        note(books, 'cast', context);
        await fail(books, context);
        if (books.moored.size === 0) throw new ServerError(Status.NOT_FOUND, 'nobody is moored');
        books.moored.clear();
        return { gone: true };
      },
      find: (request: { key: string }, context: CallContext) => {
        note(books, 'find', context);
        const ship = books.moored.get(request.key);
        if (!ship) throw new ServerError(Status.NOT_FOUND, 'never seen');
        return Promise.resolve({ berth: `b-${ship}` });
      },
    });
    return { server, port: await server.listen(`127.0.0.1:${port}`) };
  };
  let { server, port } = await start(0);
  const channel = createChannel(`127.0.0.1:${port}`, undefined, options);
  onTestFinished(() => {
    channel.close();
    server.forceShutdown();
  });
  return {
    client: createClient(dockDefinition, channel),
    /** Every connection breaks, and nobody listens. */
    stop: () => server.forceShutdown(),
    async restart() {
      ({ server, port } = await start(port));
    },
  };
}

function note(books: DockBooks, method: string, context: CallContext): string {
  const key = context.metadata.get('idempotency-key') ?? '';
  books.calls.push({ method, key, context });
  return key;
}

async function fail(books: DockBooks, { signal }: CallContext): Promise<void> {
  const failure = books.failures.shift();
  if (failure === 'hang') await new Promise((resolve) => signal.addEventListener('abort', resolve));
  else if (failure) throw failure;
}
