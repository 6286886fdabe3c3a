import { createHash } from 'node:crypto';

/** The id of a checkout: of the user and the key, so that somebody else's key is another checkout. */
export function checkoutIdOf(userId: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([userId, key]))
    .digest('hex')
    .slice(0, 32);
}
