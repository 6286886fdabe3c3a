import type { Cause } from '../cause.js';
import { selects } from '../xstate-seam.js';
import type { Stand } from './rule.js';

/** Whether any transition can take what happens. An event that none takes changes nothing. */
export function isTaken({ saga, live, envelope, oracle }: Stand, cause: Cause): boolean {
  if (cause.type !== 'event') return true;
  if (cause.override && envelope.pivoted) return false;
  const ways = oracle.allWays(() => selects(saga.machine, live, cause.event));
  return ways.some(({ result }) => result === 'some');
}
