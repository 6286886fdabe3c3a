/** How often answers are still refused, and how often they were. */
export interface Refusals {
  left: number;
  seen: number;
}

/** The runner, but for answers, of which so many are refused: a database that is away for a while. */
export function refusingAnswers<Runner extends object>(runner: Runner, refusals: Refusals): Runner {
  return new Proxy(runner, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      if (key !== 'answer') return value.bind(target);
      return async (...args: readonly unknown[]): Promise<unknown> => {
        if (refusals.left <= 0) return await value.apply(target, args);
        refusals.left -= 1;
        refusals.seen += 1;
        throw new Error('no database at the moment');
      };
    },
  });
}
