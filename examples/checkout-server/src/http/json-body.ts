import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './env.ts';
import { Problem } from './problem.ts';

/** The largest body that is read, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

const MAX_DEPTH = 32;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads the body of a request as JSON, whatever its content type says, before anything else looks at it; no body
 * counts as an empty object. What could do harm further in is refused here: see {@link parseJson}.
 */
export function readJsonBody(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return await next();
    const text = decodeUtf8(await readBytes(c.req.raw));
    if (text.trim() !== '') parseJson(text);
    const headers = new Headers(c.req.raw.headers);
    headers.set('content-type', 'application/json');
    headers.delete('content-length');
    const body = text.trim() === '' ? '{}' : text;
    c.req.raw = new Request(c.req.url, { method: c.req.method, headers, body });
    return await next();
  };
}

/** The bytes of a request's body. @throws Problem `BODY_TOO_LARGE`, having read no more than the limit */
export async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) refuseBody();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) refuseBody();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** @throws Problem `BODY_TOO_LARGE` */
export function refuseBody(): never {
  throw new Problem('BODY_TOO_LARGE', `Send at most ${MAX_BODY_BYTES} bytes.`);
}

/** The text of a body. @throws Problem `BODY_INVALID` where the bytes aren't UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('BODY_INVALID', 'The body is not UTF-8.');
  }
}

/**
 * Parses JSON and refuses what the database or the code behind can't take: keys that reach a prototype, NUL
 * characters, lone surrogates, numbers out of range, deep nesting.
 *
 * @throws Problem `BODY_INVALID`
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem('BODY_INVALID', 'The body is not JSON.');
  }
  assertHarmless(value, 0);
  return value;
}

function assertHarmless(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw new Problem('BODY_INVALID', 'The body is nested too deeply.');
  if (typeof value === 'string') return assertText(value);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new Problem('BODY_INVALID', 'The body holds a number that is too large.');
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw new Problem('BODY_INVALID', `The body may not have the key '${key}'.`);
    assertText(key);
    assertHarmless(child, depth + 1);
  }
}

function assertText(text: string): void {
  if (text.includes('\u0000')) throw new Problem('BODY_INVALID', 'The body holds a NUL character.');
  if (!text.isWellFormed()) throw new Problem('BODY_INVALID', 'The body holds a lone surrogate.');
}
