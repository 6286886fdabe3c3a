import type pg from 'pg';

type Answer = pg.QueryResult | pg.QueryResult[];

/**
 * One statement, answered by a callback. Each promise that `pg` makes is kept alive by one before it until the next
 * full collection, with the attempt that waited for it and all that it holds: every minor collection copies it.
 *
 * A client of the user's own that knows no callbacks answers by its promise.
 */
export function askClient(client: Pick<pg.ClientBase, 'query'>, config: pg.QueryConfig): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const given: unknown = client.query(config, (error: Error | null, result: Answer) => {
      if (error) reject(error);
      else resolve(result);
    });
    if (isPromise(given)) given.then((result) => result && resolve(result), reject);
  });
}

function isPromise(given: unknown): given is PromiseLike<Answer | undefined> {
  return typeof given === 'object' && given !== null && 'then' in given && typeof given.then === 'function';
}
