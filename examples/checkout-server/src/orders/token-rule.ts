import { MOCK_TOKENS } from '../adapters/payment-adapters.ts';
import { isProduction, type Settings } from '../settings.ts';

/** Which payment tokens may be used: in production none of the mock gateway's. */
export function isTokenAllowed(settings: Settings): (token: string) => boolean {
  return (token) => !isProduction(settings) || !MOCK_TOKENS.has(token);
}
