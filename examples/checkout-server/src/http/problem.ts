import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

interface ProblemKind {
  readonly status: ContentfulStatusCode;
  readonly title: string;
}

/** Every code that an error of this server can carry, with its HTTP status. The documents show this table. */
export const PROBLEMS = {
  BODY_INVALID: { status: 400, title: "The body doesn't say what this route needs." },
  REQUEST_INVALID: { status: 400, title: "A header or a parameter isn't as it should be." },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    title: 'The Idempotency-Key header is missing, empty or longer than 255 characters.',
  },
  CURSOR_INVALID: { status: 400, title: "The cursor isn't one that a page of this list has given." },
  WEBHOOK_TYPE_UNKNOWN: { status: 400, title: "The webhook's type isn't one of those that are taken here." },
  UNAUTHENTICATED: { status: 401, title: 'The Authorization header has no valid bearer token.' },
  WEBHOOK_SIGNATURE_INVALID: { status: 401, title: "The webhook's signature or its time isn't valid." },
  FORBIDDEN: { status: 403, title: 'Your role may not do this.' },
  NOT_FOUND: { status: 404, title: 'There is nothing here that you may see.' },
  REQUEST_IN_PROGRESS: { status: 409, title: 'An equal request is still being worked on.' },
  ORDER_STATE_CONFLICT: { status: 409, title: "The order's state doesn't allow this." },
  OVERRIDE_REFUSED: { status: 409, title: 'The order has no such edge where it stands.' },
  NOT_PARKED: { status: 409, title: 'Only a parked saga or a parked step can be retried or skipped.' },
  NOT_BREAKABLE: { status: 409, title: "What was to be broken isn't there to be broken." },
  STEP_NOT_FOUND: { status: 409, title: 'The saga has no parked step with that id.' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is larger than 64 KB.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The Idempotency-Key was used with another body.' },
  SKU_UNKNOWN: { status: 422, title: 'The catalog has no such item.' },
  PAYMENTS_MISMATCH: { status: 422, title: "The payments don't add up to the order's total." },
  PAYMENT_TOKEN_REFUSED: { status: 422, title: "A payment token can't be used here." },
  TOO_MANY_OPEN_ORDERS: { status: 429, title: 'The customer has as many open orders as are allowed.' },
  INTERNAL: { status: 500, title: 'The server failed; its log says how.' },
  UNAVAILABLE: { status: 503, title: "Something that the server needs doesn't answer." },
} as const satisfies Record<string, ProblemKind>;

/** A code from {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What a route throws to answer with a problem. `detail` is for people and goes out as it is. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    /** Members that this kind of problem adds, such as `possible`. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${detail}`);
  }
}

/** How to identify oneself where it isn't by a bearer token. */
const CHALLENGES: Partial<Record<ProblemCode, string>> = {
  WEBHOOK_SIGNATURE_INVALID: 'StandardWebhooks headers="webhook-id webhook-timestamp webhook-signature"',
};

/** The problem as `application/problem+json`. */
export function answerProblem(c: Context, { code, detail, members }: Problem): Response {
  const { status, title } = PROBLEMS[code];
  const type = `/docs#${code.toLowerCase().replaceAll('_', '-')}`;
  const body = JSON.stringify({ type, title, status, detail, code, ...members });
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (status === 401) headers['www-authenticate'] = CHALLENGES[code] ?? 'Bearer';
  return c.body(body, status, headers);
}
