import { createHash, timingSafeEqual } from 'node:crypto';
import type { Settings } from '../settings.ts';

/** Who asks. A customer is known by a subject's id, never by name. */
export type Principal =
  | { readonly role: 'customer'; readonly customerId: string }
  | { readonly role: 'admin' };

/** Finds who a bearer token belongs to, in a time that says nothing about the tokens; `undefined` for nobody. */
export type FindPrincipal = (authorization: string | undefined) => Promise<Principal | undefined>;

/** Who has which token, from the settings; `subjectOf` gives the id by which a customer's login is known inside. */
export function principalsOf(
  { CUSTOMER_TOKENS, ADMIN_TOKEN }: Settings,
  subjectOf: (login: string) => Promise<string>,
): FindPrincipal {
  const known: { hash: Buffer; login: string | undefined }[] = [
    { hash: hashOf(ADMIN_TOKEN), login: undefined },
    ...[...CUSTOMER_TOKENS].map(([token, login]) => ({ hash: hashOf(token), login })),
  ];
  return async (authorization) => {
    const [, token] = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) return undefined;
    const hash = hashOf(token);
    const [found] = known.filter((one) => timingSafeEqual(one.hash, hash));
    if (!found) return undefined;
    return found.login === undefined
      ? { role: 'admin' }
      : { role: 'customer', customerId: await subjectOf(found.login) };
  };
}

/** As the history names who did something. */
export function actorOf(principal: Principal): string {
  return principal.role === 'admin' ? 'admin' : `customer:${principal.customerId}`;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
