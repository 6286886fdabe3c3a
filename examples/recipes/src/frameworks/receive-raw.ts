import type { FastifyPluginCallback } from 'fastify';

/** A webhook whose signature is over the bytes as they came: at this path no parser touches them. */
export function receiveRaw(
  path: string,
  receive: (request: Request) => Promise<Response>,
): FastifyPluginCallback {
  return (webhooks, _options, done) => {
    webhooks.removeAllContentTypeParsers();
    webhooks.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    webhooks.post<{ Body: Buffer }>(path, async ({ headers, body }, reply) => {
      const sent = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
      const bytes = new Uint8Array(body);
      return reply.send(
        await receive(new Request('http://shop/', { method: 'POST', headers: sent, body: bytes })),
      );
    });
    done();
  };
}
