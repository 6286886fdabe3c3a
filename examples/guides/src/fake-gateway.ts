import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Charge {
  readonly key: string;
  readonly receipt: string;
  refunded: boolean;
}

/** A payment gateway that honours idempotency keys. The card `empty` has no money; `failing` calls break off first. */
export async function openFakeGateway() {
  const charges = new Map<string, Charge>();
  const state = { failing: 0 };
  const answer = (
    method: string,
    url: URL,
    key: string,
    body: { paymentId: string; card?: string },
  ): { status: number; body?: unknown } => {
    if (method === 'GET') {
      const found = [...charges.values()].find((one) => one.key === url.searchParams.get('key'));
      return found ? { status: 200, body: { receipt: found.receipt } } : { status: 404 };
    }
    const charge = charges.get(body.paymentId);
    if (url.pathname === '/refunds') {
      if (!charge) return { status: 404 };
      charge.refunded = true;
      return { status: 200 };
    }
    if (body.card === 'empty') return { status: 402, body: { code: 'INSUFFICIENT_FUNDS' } };
    const receipt = charge?.receipt ?? `receipt-${charges.size + 1}`;
    if (!charge) charges.set(body.paymentId, { key, receipt, refunded: false });
    return { status: 200, body: { receipt } };
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    const key = String(request.headers['idempotency-key']);
    const given = answer(request.method ?? '', new URL(request.url ?? '', 'http://gateway'), key, body);
    // The charge has been made, and its answer is lost.
    if (request.method === 'POST' && state.failing-- > 0) request.socket.destroy();
    else response.writeHead(given.status).end(JSON.stringify(given.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How often that payment is charged and not refunded. */
    charged: (paymentId: string) => (charges.get(paymentId)?.refunded === false ? 1 : 0),
    /** The answers of so many calls are lost. */
    loseAnswers: (count: number) => {
      state.failing = count;
    },
    close: () => server.close(),
  };
}
