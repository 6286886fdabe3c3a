import { ConsoleError } from './console-error.js';

/** A header that no page of another origin can send without being asked first. */
const ACT_HEADER = 'x-countermand-console';

const MAX_BODY = 64 * 1024;

/** Refuses a request that changes something and may come from another site's page. @throws ConsoleError */
export function assertSameSite(request: Request): void {
  const { headers } = request;
  const site = headers.get('sec-fetch-site');
  const isOwn =
    headers.get(ACT_HEADER) === '1' &&
    /^application\/json\b/i.test(headers.get('content-type') ?? '') &&
    (site === null || site === 'same-origin');
  if (!isOwn) throw new ConsoleError(403, 'CROSS_SITE', 'Only the console itself may do this.');
}

/** The body as a JSON object. @throws ConsoleError */
export async function readBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const invalid = new ConsoleError(400, 'BODY_INVALID', 'The body must be a JSON object of at most 64 KB.');
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) throw invalid;
  const text = await readText(request, invalid);
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // Answered as any other body that is none.
  }
  throw invalid;
}

async function readText({ body }: Request, tooLong: ConsoleError): Promise<string> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_BODY) throw tooLong;
  }
  return text + decoder.decode();
}
