import type { Context } from 'hono';

const CODES = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  413: 'TOO_LARGE',
  422: 'KEY_REUSED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
} as const;

/** Any answer that is neither an effect nor a refusal: `{ code, message }`. */
export function problem(c: Context, status: keyof typeof CODES, message: string): Response {
  return c.json({ code: CODES[status], message }, status);
}
