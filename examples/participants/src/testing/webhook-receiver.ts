import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook as Verifier } from 'standardwebhooks';
import { onTestFinished } from 'vitest';
import { type Webhook, webhookSchema } from '../contract.ts';

interface ReceivedWebhook {
  id: string;
  timestamp: string;
  signature: string;
  path: string;
  at: number;
  webhook: Webhook;
}

/** What a receiver does with the nth request (0 is the first), once its signature is right. */
export type Answer = (nth: number, response: ServerResponse, id: string) => void;

const accept: Answer = (_, response) => void response.writeHead(202).end();

/** Stands for the order service: checks signatures (401 if one is wrong), keeps what came. */
export async function receiveWebhooks(secret: string, answer: Answer = accept, port = 0) {
  const verifier = new Verifier(secret);
  const received: ReceivedWebhook[] = [];
  let forged = 0;
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const header = (name: string) => String(request.headers[name]);
    const headers = Object.fromEntries(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, header(name)]),
    );
    try {
      verifier.verify(body, headers);
    } catch {
      forged += 1;
      response.writeHead(401).end();
      return;
    }
    received.push({
      id: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signature: header('webhook-signature'),
      path: request.url ?? '',
      at: Date.now(),
      webhook: webhookSchema.parse(JSON.parse(body)),
    });
    answer(received.length - 1, response, header('webhook-id'));
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return {
    received,
    countForged: () => forged,
    target: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close,
  };
}
