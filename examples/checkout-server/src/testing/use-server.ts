import { afterAll, beforeAll } from 'vitest';
import { ownSettings, type ServerProcess, startServer } from './start-server.ts';

/** Gives the tests of a file one server with these settings. */
export function useServer(settings: Record<string, string> = {}): () => ServerProcess {
  let server: ServerProcess | undefined;
  let dispose: () => Promise<void> = async () => undefined;
  beforeAll(async () => {
    const own = await ownSettings(settings);
    dispose = own.dispose;
    server = await startServer(own.env);
  });
  afterAll(async () => {
    await server?.stop();
    await dispose();
  });
  return () => {
    if (!server) throw new Error('the server has not been started');
    return server;
  };
}
