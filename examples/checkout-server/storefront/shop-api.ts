import { FACTS } from './facts.ts';

/** Who asks. */
type Role = 'customer' | 'admin';

/** An answer that says no, in the server's words. */
class Refusal extends Error {}

/** An item of the catalog. */
export interface CatalogItem {
  readonly sku: string;
  readonly name: string;
  readonly price: { readonly amount: number };
  readonly available: number;
}

/** An order as the shop takes it. */
export interface NewOrder {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly coupons?: readonly string[];
  readonly payments?: readonly {
    readonly method: string;
    readonly token: string;
    readonly amount: { readonly amount: number; readonly currency: 'EUR' };
  }[];
  readonly shippingAddress: {
    readonly line1: string;
    readonly city: string;
    readonly postalCode: string;
    readonly country: string;
  };
}

/** An order in a list. */
export interface ListedOrder {
  readonly id: string;
  readonly status: string;
  readonly total: { readonly amount: number };
  readonly created_at: string;
  readonly items: readonly { readonly name: string; readonly quantity: number }[];
  readonly saga: { readonly status: string };
}

/** The token of a role: one that is published, or what the visitor has given. Kept for this tab. */
export function tokenOf(role: Role): string {
  return sessionStorage.getItem(`${role} token`) ?? FACTS[`${role}_token`] ?? '';
}

/** Keeps a token that the visitor has given. */
export function keepToken(role: Role, token: string): void {
  sessionStorage.setItem(`${role} token`, token);
}

async function call<Body>(role: Role, path: string, body?: object, headers?: Record<string, string>) {
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${tokenOf(role)}`, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refusal('The server does not answer.');
  });
  const answer = (await response.json().catch(() => ({}))) as { detail?: string };
  if (!response.ok) throw new Refusal(answer.detail ?? `The server answered ${response.status}.`);
  // Which shape it has is the contract's to say, by the path.
  return { body: answer as Body, isReplay: response.headers.get('idempotent-replayed') === 'true' };
}

/** What can be bought. @throws Refusal */
export async function readCatalog(): Promise<readonly CatalogItem[]> {
  return (await call<{ items: CatalogItem[] }>('customer', '/api/catalog')).body.items;
}

/** The customer's newest orders. @throws Refusal */
export async function readOrders(): Promise<readonly ListedOrder[]> {
  return (await call<{ items: ListedOrder[] }>('customer', '/api/orders?limit=6')).body.items;
}

/** Places an order under a key. `isReplay`: the key had made an order before, and this is its answer again. @throws Refusal */
export async function placeOrder(order: NewOrder, key: string): Promise<{ id: string; isReplay: boolean }> {
  const { body, isReplay } = await call<{ order_id: string }>('customer', '/api/orders', order, {
    'idempotency-key': key,
  });
  return { id: body.order_id, isReplay };
}

/** Clicks pay. @throws Refusal */
export async function payOrder(id: string): Promise<void> {
  await call('customer', `/api/orders/${id}/pay`, {});
}

/** Cancels the order. @throws Refusal */
export async function cancelOrder(id: string): Promise<void> {
  await call('customer', `/api/orders/${id}/cancel`, { reason: 'changed my mind' });
}

/** As an administrator: has what is parked tried again. @throws Refusal */
export async function retryOrder(id: string): Promise<void> {
  await call('admin', `/api/sagas/${id}/retry`, {});
}

/** As an administrator: gives a parked step up. @throws Refusal */
export async function skipStep(id: string, step: string): Promise<void> {
  await call('admin', `/api/sagas/${id}/skip`, { step_id: step, reason: 'settled by hand' });
}

/** What of the shop to break. */
export type Breakable = 'worker' | 'services' | 'webhook';

/** Breaks something; answers what was done, in a sentence. @throws Refusal */
export async function breakIt(what: Breakable, how: object): Promise<string> {
  return (await call<{ done: string }>('admin', `/dev/break/${what}`, how)).body.done;
}
