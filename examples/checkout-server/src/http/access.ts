import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './env.ts';
import { PROBLEMS, Problem, type ProblemCode } from './problem.ts';
import { problemSchema } from './schemas.ts';

/** Who may use a route. `signature`: whoever has signed the body. */
export type Access = 'anyone' | 'signed in' | 'customer' | 'admin' | 'signature';

const SECURITY = {
  anyone: [],
  'signed in': [{ bearer: [] }],
  customer: [{ bearer: [] }],
  admin: [{ bearer: [] }],
  signature: [{ webhook: [] }],
} satisfies Record<Access, Record<string, string[]>[]>;

/**
 * The part of a route that says who may use it: checked before anything of the request is looked at, written into
 * the document as `x-access`, and so in reach of whoever wants to test every route against every principal.
 */
export function access(who: Access) {
  const middleware: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (who !== 'customer' && who !== 'admin') return await next();
    const { role } = c.get('principal');
    if (role !== who)
      throw new Problem(
        'FORBIDDEN',
        `Only ${who === 'admin' ? 'an administrator' : 'a customer'} may do this.`,
      );
    return await next();
  };
  return { security: SECURITY[who], middleware: [middleware], 'x-access': who };
}

/** The problems that a route may answer with, for the document. */
export function problems(...codes: readonly ProblemCode[]) {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join(' '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}
