/** An error as Stripe answers it. */
export class Refusal extends Error {
  readonly status: number;
  readonly error: object;

  constructor(
    status: number,
    error: { readonly type: string; readonly code: string; readonly [more: string]: unknown },
  ) {
    super(error.code);
    this.status = status;
    this.error = { message: error.code, ...error };
  }
}

/** A PaymentIntent, as far as the adapters look at it. */
export interface FakeIntent {
  readonly id: string;
  readonly object: 'payment_intent';
  status:
    | 'requires_confirmation'
    | 'requires_payment_method'
    | 'requires_action'
    | 'requires_capture'
    | 'succeeded'
    | 'canceled';
  readonly amount: number;
  amount_capturable: number;
  amount_received: number;
  readonly client_secret: string;
  readonly metadata: Record<string, string>;
  latest_charge: FakeCharge | null;
}

interface FakeCharge {
  readonly id: string;
  amount_refunded: number;
  refunded: boolean;
  /** Milliseconds since the epoch; Stripe says it as `payment_method_details.card.capture_before`. */
  readonly captureBefore: number;
}

const AUTHORIZATION_LIFE_MS = 7 * 24 * 60 * 60_000;

/** Names of Stripe's own test cards, and what their issuer says. */
const DECLINES: Readonly<Record<string, { readonly code: string; readonly decline_code: string }>> = {
  pm_card_visa_chargeDeclined: { code: 'card_declined', decline_code: 'generic_decline' },
  pm_card_visa_chargeDeclinedInsufficientFunds: { code: 'card_declined', decline_code: 'insufficient_funds' },
};
const ASKS_THE_CUSTOMER = 'pm_card_threeDSecure2Required';

/** PaymentIntents with manual capture, and refunds: their states, and what is refused in which. */
export class FakePayments {
  readonly #intents = new Map<string, FakeIntent>();

  /** Every intent that there is. */
  get all(): readonly FakeIntent[] {
    return [...this.#intents.values()];
  }

  /** Does what a request asks for. @throws Refusal */
  handle(name: string, params: URLSearchParams, nowMs: number): object {
    const [method = '', url = ''] = name.split(' ');
    const [, , resource, id, action] = url.split('?')[0]?.split('/') ?? [];
    if (resource === 'refunds' && method === 'POST') return this.#refund(params);
    if (resource !== 'payment_intents') throw missing(url);
    if (id === undefined) return this.#create(params);
    const intent = this.get(id);
    if (method === 'GET') return shown(intent, url);
    if (action === undefined)
      return Object.assign(intent, { metadata: { ...intent.metadata, ...metadataOf(params) } });
    if (action === 'confirm') return confirm(intent, params.get('payment_method') ?? '', nowMs);
    if (action === 'capture') return capture(intent);
    if (action === 'cancel') return cancel(intent);
    throw missing(url);
  }

  /** @throws Refusal `resource_missing` */
  get(id: string): FakeIntent {
    const intent = this.#intents.get(id);
    if (!intent) throw missing(id);
    return intent;
  }

  /** The customer has been to the bank's page. */
  customerAnswers(id: string, isTheirs: boolean, nowMs = Date.UTC(2026, 0, 1)): FakeIntent {
    const intent = this.get(id);
    if (isTheirs) hold(intent, nowMs);
    else intent.status = 'requires_payment_method';
    return intent;
  }

  /** Cancels what was authorized too long ago. */
  expire(nowMs: number): void {
    for (const intent of this.#intents.values()) {
      const until = intent.latest_charge?.captureBefore ?? Number.POSITIVE_INFINITY;
      if (intent.status === 'requires_capture' && until <= nowMs) cancel(intent);
    }
  }

  #create(params: URLSearchParams): FakeIntent {
    if (params.get('capture_method') !== 'manual') throw missing('capture_method');
    const id = `pi_${this.#intents.size + 1}`;
    const intent: FakeIntent = {
      id,
      object: 'payment_intent',
      status: 'requires_payment_method',
      amount: Number(params.get('amount')),
      amount_capturable: 0,
      amount_received: 0,
      client_secret: `${id}_secret`,
      metadata: metadataOf(params),
      latest_charge: null,
    };
    this.#intents.set(id, intent);
    return intent;
  }

  #refund(params: URLSearchParams): object {
    const intent = this.get(params.get('payment_intent') ?? '');
    const { latest_charge: charge } = intent;
    if (!charge || intent.status !== 'succeeded') throw unexpected(intent);
    if (charge.refunded)
      throw new Refusal(400, { type: 'invalid_request_error', code: 'charge_already_refunded' });
    charge.amount_refunded = intent.amount_received;
    charge.refunded = true;
    return { id: `re_${intent.id}`, object: 'refund', status: 'succeeded', payment_intent: intent.id };
  }
}

function confirm(intent: FakeIntent, method: string, nowMs: number): FakeIntent {
  if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) throw unexpected(intent);
  const decline = DECLINES[method];
  if (decline) throw new Refusal(402, { type: 'card_error', ...decline, payment_intent: { ...intent } });
  if (method === ASKS_THE_CUSTOMER) intent.status = 'requires_action';
  else hold(intent, nowMs);
  return intent;
}

function hold(intent: FakeIntent, nowMs: number): void {
  intent.status = 'requires_capture';
  intent.amount_capturable = intent.amount;
  const captureBefore = nowMs + AUTHORIZATION_LIFE_MS;
  intent.latest_charge = { id: `ch_${intent.id}`, amount_refunded: 0, refunded: false, captureBefore };
}

function capture(intent: FakeIntent): FakeIntent {
  if (intent.status !== 'requires_capture') throw unexpected(intent);
  intent.amount_received = intent.amount_capturable;
  intent.amount_capturable = 0;
  intent.status = 'succeeded';
  return intent;
}

function cancel(intent: FakeIntent): FakeIntent {
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(intent);
  intent.amount_capturable = 0;
  intent.status = 'canceled';
  return intent;
}

/** A charge is only an id unless the request asks for more. */
function shown(intent: FakeIntent, url: string): object {
  const isExpanded = decodeURIComponent(url).includes('latest_charge');
  return { ...intent, latest_charge: isExpanded ? intent.latest_charge : (intent.latest_charge?.id ?? null) };
}

function metadataOf(params: URLSearchParams): Record<string, string> {
  const found = [...params].flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    return key === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(found);
}

function unexpected(intent: FakeIntent): Refusal {
  const payment_intent = { ...intent };
  return new Refusal(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    payment_intent,
  });
}

function missing(what: string): Refusal {
  return new Refusal(404, { type: 'invalid_request_error', code: 'resource_missing', param: what });
}
