import { DEMO_TOKENS, type Settings } from './settings.ts';

/** What a person reads who has just started the server: what runs where, three commands to try, and, last, the page. */
export function welcome(settings: Settings, notes: readonly string[]): string {
  const url = `http://${settings.HOST === '0.0.0.0' ? '127.0.0.1' : settings.HOST}:${settings.PORT}`;
  const lines = [`checkout      ${url}, role ${settings.ROLE}`, ...notes];
  const [first] = [...settings.CUSTOMER_TOKENS.keys()];
  if (settings.ROLE === 'worker' || settings.NODE_ENV === 'production' || !first)
    return `${lines.join('\n')}\n`;
  // Output is kept: only tokens that are published anyway may stand in it.
  const token = DEMO_TOKENS.has(first) ? first : 'CUSTOMER_TOKEN';
  const admin = DEMO_TOKENS.has(settings.ADMIN_TOKEN) ? settings.ADMIN_TOKEN : 'ADMIN_TOKEN';
  const shop = `curl -s -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json'`;
  return `
${lines.join('\n')}

By hand, in another terminal (all of it: ${url}/docs):

1. Place an order, and keep its id:

  ORDER=$(${shop} -H "Idempotency-Key: try-$(date +%s)" ${url}/api/orders -d '${JSON.stringify(EXAMPLE)}' | sed 's/.*"order_id":"\\([^"]*\\)".*/\\1/'); echo "$ORDER"

2. Pay for it (tok_declined, tok_slow, tok_lost and tok_late behave as they are called):

  ${shop} ${url}/api/orders/$ORDER/pay -d '{"tokens":["tok_ok"]}'

3. Watch it go from state to state, until it rests:

  curl -sN -H 'Authorization: Bearer ${token}' ${url}/api/orders/$ORDER/events

As an administrator: curl -s -H 'Authorization: Bearer ${admin}' ${url}/api/sagas
What must always hold: curl -s ${url}/dev/invariants
Ctrl-C stops everything that was started; the data stays.

Open this in a browser: order something, break anything, watch it hold.

  ${url}            the shop
  ${url}/console    the console, to look inside

`;
}

const EXAMPLE = {
  items: [{ sku: 'iphone-15', quantity: 1 }],
  shippingAddress: { line1: '1 Main Street', city: 'Berlin', postalCode: '10115', country: 'DE' },
};
