import type { Response as Answer, Request as Asked } from 'express';

/**
 * Hands a request of Express (and of Nest, which runs on it) to a web-standard handler, and its answer back.
 *
 * @param body - the bytes as they came: a webhook's signature is over these
 */
export async function answerExpress(
  handle: (request: Request) => Promise<Response>,
  { headers }: Asked,
  body: Uint8Array | undefined,
  response: Answer,
): Promise<void> {
  const sent = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const bytes = new Uint8Array(body ?? []);
  const answer = await handle(new Request('http://shop/', { method: 'POST', headers: sent, body: bytes }));
  response
    .status(answer.status)
    .type('json')
    .send(await answer.text());
}
