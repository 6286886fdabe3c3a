import type { Settings } from './settings.ts';

/** What a person reads who has just started the server: what runs where, and three commands to try. */
export function welcome(settings: Settings, notes: readonly string[]): string {
  const url = `http://${settings.HOST === '0.0.0.0' ? '127.0.0.1' : settings.HOST}:${settings.PORT}`;
  const lines = [`checkout      ${url} (${settings.ROLE}), to read: ${url}/docs`, ...notes];
  const [token] = [...settings.CUSTOMER_TOKENS.keys()];
  if (settings.ROLE === 'worker' || settings.NODE_ENV === 'production' || !token)
    return `${lines.join('\n')}\n`;
  return `
${lines.join('\n')}

Try it (in another terminal, in the same one shell):

  # 1. Place an order, and keep its id
  ORDER=$(curl -s ${url}/api/orders -H 'Authorization: Bearer ${token}' -H "Idempotency-Key: $RANDOM$RANDOM" \\
    -H 'Content-Type: application/json' -d '{"items":[{"sku":"iphone-15","quantity":1}],"shippingAddress":{"line1":"1 Main Street","city":"Berlin","postalCode":"10115","country":"DE"}}' \\
    | sed 's/.*"order_id":"\\([^"]*\\)".*/\\1/'); echo $ORDER

  # 2. Pay it (tok_declined, tok_slow, tok_lost, tok_late behave as they are called)
  curl -s ${url}/api/orders/$ORDER/pay -H 'Authorization: Bearer ${token}' \\
    -H 'Content-Type: application/json' -d '{"tokens":["tok_ok"]}'; echo

  # 3. Watch it go from state to state until it rests
  curl -sN ${url}/api/orders/$ORDER/events -H 'Authorization: Bearer ${token}'

As an administrator: Authorization: Bearer ${settings.ADMIN_TOKEN}, for example at ${url}/api/sagas
Ctrl-C stops everything that was started; the data stays.

`;
}
