import { createHmac, randomUUID } from 'node:crypto';
import { webhookSchema } from '@countermand-examples/participants/contract';
import { readSettings, SettingsError } from './settings.ts';

const USAGE = `Signs a webhook as a participant does, and sends it to the server.

  pnpm webhook TYPE KEY=VALUE ...        for example:
  pnpm webhook warehouse.packed order_id=ORDER parcel_id=par_1
  pnpm webhook payment.succeeded order_id=ORDER payment_id=pay_1 amount=79900

PORT, HOST and WEBHOOK_SECRET are the server's; amount is in cents.
`;

/** The route that takes a type; refunds are the gateway's, too. */
const ROUTES: Readonly<Record<string, string>> = {
  payment: 'payments',
  refund: 'payments',
  warehouse: 'warehouse',
  carrier: 'carrier',
};

function refuse(why: string): never {
  process.stderr.write(`webhook: ${why}\n\n${USAGE}`);
  process.exit(1);
}

function settingsOrExit() {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof SettingsError) refuse(error.message);
    throw error;
  }
}

const [type = '', ...pairs] = process.argv.slice(2);
const data = Object.fromEntries(
  pairs.map((pair) => {
    const [key = '', ...rest] = pair.split('=');
    const value = rest.join('=');
    return [key, key === 'amount' ? { amount: Number(value), currency: 'EUR' } : value];
  }),
);
const webhook = webhookSchema.safeParse({ type, data });
if (!webhook.success) {
  const [issue] = webhook.error.issues;
  refuse(`${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}
const { HOST, PORT, WEBHOOK_SECRET } = settingsOrExit();
const body = JSON.stringify(webhook.data);
const id = `msg_${randomUUID()}`;
const timestamp = String(Math.floor(Date.now() / 1_000));
const secret = Buffer.from((WEBHOOK_SECRET[0] ?? '').slice('whsec_'.length), 'base64');
const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
const url = `http://${HOST === '0.0.0.0' ? '127.0.0.1' : HOST}:${PORT}/webhooks/${ROUTES[type.split('.')[0] ?? '']}`;
const headers = {
  'content-type': 'application/json',
  'webhook-id': id,
  'webhook-timestamp': timestamp,
  'webhook-signature': `v1,${signature}`,
};
const answer = await fetch(url, { method: 'POST', headers, body }).catch(() =>
  refuse(`nothing answers at ${url}`),
);
process.stdout.write(`${answer.status} ${await answer.text()}\n`);
process.exitCode = answer.ok ? 0 : 1;
