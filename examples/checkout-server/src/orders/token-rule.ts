import { MOCK_TOKENS } from '../adapters/payment-adapters.ts';
import { Problem } from '../http/problem.ts';
import { isProduction, type Settings } from '../settings.ts';

/**
 * Which payment tokens may be used: those of the mock gateway, and in production any but those. What can't work is
 * refused here, so that nobody finds out from an order that has failed.
 *
 * @returns a function that throws Problem `PAYMENT_TOKEN_REFUSED`
 */
export function tokenRule(settings: Settings): (token: string) => void {
  return (token) => {
    if (isProduction(settings) !== MOCK_TOKENS.has(token)) return;
    throw new Problem(
      'PAYMENT_TOKEN_REFUSED',
      isProduction(settings)
        ? 'A mock payment token does not exist in production.'
        : `The mock gateway has no token '${token}'; use one of ${[...MOCK_TOKENS].join(', ')}.`,
    );
  };
}
