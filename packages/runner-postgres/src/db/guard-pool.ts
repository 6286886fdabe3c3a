import type pg from 'pg';

const guardedPools = new WeakMap<pg.Pool, Set<(error: Error) => void>>();
const guardedClients = new WeakSet<object>();
/** What a connection ended with: what is asked of its client afterwards is only told that it has. */
const ends = new WeakMap<object, Error>();

/** Why a client's connection has ended, with the SQLSTATE where the server gave one; `undefined` as long as it hasn't. */
export function endOf(client: object): Error | undefined {
  return ends.get(client);
}

/**
 * Keeps a terminated backend from ending the process: a client that is checked out when its backend dies emits
 * `error`, and nobody listens to it but us. Works on a pool of the caller's too, and on clients it already has.
 *
 * @param onError - told of every such error; the statement under way is rejected besides
 * @returns takes the listener back; the guard itself stays
 */
export function guardPool(pool: pg.Pool, onError: (error: Error) => void): () => void {
  const known = guardedPools.get(pool);
  const listeners = known ?? new Set<(error: Error) => void>();
  listeners.add(onError);
  if (!known) {
    guardedPools.set(pool, listeners);
    const tell = (error: Error) => {
      for (const listener of listeners) listener(error);
    };
    const guard = (client: pg.ClientBase) => {
      if (guardedClients.has(client)) return;
      guardedClients.add(client);
      client.on('error', (error) => {
        if (!ends.has(client)) ends.set(client, error);
        tell(error);
      });
    };
    pool.on('error', tell);
    pool.on('connect', guard);
    // Clients that were there before us: those in use now, and the idle ones when they are taken next.
    pool.on('acquire', guard);
    for (const client of clientsOf(pool)) guard(client);
  }
  return () => listeners.delete(onError);
}

/** pg-pool keeps them under this name, which isn't in its types; without it only later checkouts are guarded. */
function clientsOf(pool: pg.Pool): readonly pg.ClientBase[] {
  const clients = '_clients' in pool ? pool._clients : undefined;
  return Array.isArray(clients) ? clients : [];
}
