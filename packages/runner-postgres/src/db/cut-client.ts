import type pg from 'pg';

/**
 * Ends a client at once, whatever it waits for: what is under way on it fails as with any connection that broke. A
 * goodbye would wait for a server that gives no answer. Clients without a socket (`pg-native`) are left as they are.
 */
export function cutClient(client: pg.ClientBase): void {
  const connection: unknown = 'connection' in client ? client.connection : undefined;
  const stream = isObject(connection) ? connection['stream'] : undefined;
  if (isObject(stream) && typeof stream['destroy'] === 'function') stream['destroy']();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
