import { createConsole } from '@countermand/console';
import type { PostgresRunner } from '@countermand/runner-postgres';

/** Whoever your session says it is; `undefined` for nobody. */
type UserOf = (request: Request) => Promise<{ login: string; isOperator: boolean } | undefined>;

export const sagaConsole = (runner: PostgresRunner, userOf: UserOf) =>
  createConsole({
    runner,
    authorize: async (request) => {
      const user = await userOf(request);
      return user?.isOperator ? { name: `ops:${user.login}`, may: ['read', 'act'] } : undefined;
    },
  });
