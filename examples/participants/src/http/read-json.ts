import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';

/** The body as JSON; a 400 if it is none. */
export async function readJson(c: Context): Promise<unknown> {
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new HTTPException(400, { message: 'The body is not JSON.' });
  }
}
