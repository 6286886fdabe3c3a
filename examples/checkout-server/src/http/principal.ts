import { createHash, timingSafeEqual } from 'node:crypto';
import type { Settings } from '../settings.ts';

/** Who asks. */
export type Principal =
  | { readonly role: 'customer'; readonly customerId: string }
  | { readonly role: 'admin' };

/** Finds who a bearer token belongs to, in a time that says nothing about the tokens; `undefined` for nobody. */
export type FindPrincipal = (authorization: string | undefined) => Principal | undefined;

/** Who has which token, from the settings. */
export function principalsOf({ CUSTOMER_TOKENS, ADMIN_TOKEN }: Settings): FindPrincipal {
  const known: { hash: Buffer; principal: Principal }[] = [
    { hash: hashOf(ADMIN_TOKEN), principal: { role: 'admin' } },
    ...[...CUSTOMER_TOKENS].map(([token, customerId]) => ({
      hash: hashOf(token),
      principal: { role: 'customer' as const, customerId },
    })),
  ];
  return (authorization) => {
    const [, token] = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) return undefined;
    const hash = hashOf(token);
    return known.filter((one) => timingSafeEqual(one.hash, hash))[0]?.principal;
  };
}

/** As the history names who did something. */
export function actorOf(principal: Principal): string {
  return principal.role === 'admin' ? 'admin' : `customer:${principal.customerId}`;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
