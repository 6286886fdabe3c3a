import { useState } from 'preact/hooks';
import { FACTS } from './facts.ts';
import { euros } from './money.ts';
import { ADDRESSES, COUPONS, paymentChoices } from './payment-choices.ts';
import type { CatalogItem, NewOrder } from './shop-api.ts';

const CHOICES = paymentChoices(Math.round(FACTS.late_payment_delay_ms / 1_000));

/** What the form hands over. */
export interface FilledForm {
  readonly order: NewOrder;
  /** How many times the button is pressed, with one key. */
  readonly clicks: 1 | 2;
  readonly payAtOnce: boolean;
}

interface Props {
  readonly catalog: readonly CatalogItem[];
  readonly isBusy: boolean;
  readonly onOrder: (form: FilledForm) => void;
}

/** Pick items, choose how the payment behaves, order. */
export function OrderForm({ catalog, isBusy, onOrder }: Props) {
  const [basket, setBasket] = useState<Readonly<Record<string, number>>>({ 'phone-case': 1 });
  const [tokens, setTokens] = useState<readonly string[]>(['tok_ok']);
  const [coupon, setCoupon] = useState('');
  const [address, setAddress] = useState('good');
  const [payAtOnce, setPayAtOnce] = useState(true);
  const items = Object.entries(basket)
    .filter(([, quantity]) => quantity > 0)
    .map(([sku, quantity]) => ({ sku, quantity }));
  const priceOf = (sku: string) => catalog.find((item) => item.sku === sku)?.price.amount ?? 0;
  const total = items.reduce((sum, { sku, quantity }) => sum + quantity * priceOf(sku), 0);
  const change = (sku: string, by: number) =>
    setBasket({ ...basket, [sku]: Math.max(0, (basket[sku] ?? 0) + by) });

  const order = (clicks: 1 | 2) => {
    const place = ADDRESSES.find(({ id }) => id === address) ?? ADDRESSES[0];
    const { country, postalCode } = place;
    onOrder({
      clicks,
      payAtOnce,
      order: {
        items,
        ...(coupon !== '' && { coupons: [coupon] }),
        payments: shares(total, tokens).map(({ token, amount }) => ({
          method: 'card',
          token,
          amount: { amount, currency: 'EUR' },
        })),
        shippingAddress: { line1: '1 Main Street', city: 'Berlin', postalCode, country },
      },
    });
  };

  return (
    <form
      class="card form"
      onSubmit={(event) => {
        event.preventDefault();
        order(1);
      }}
    >
      <h2>
        <span class="step">1</span> Order something
      </h2>
      <ul class="basket">
        {catalog.map(({ sku, name, price, available }) => (
          <li key={sku} class={basket[sku] ? 'picked' : ''}>
            <span class="item-name" title={name}>
              {name}
              <small>
                {euros(price.amount)} · {available.toLocaleString('en')} left
              </small>
            </span>
            <span class="stepper">
              <button
                type="button"
                aria-label={`One ${name} less`}
                onClick={() => change(sku, -1)}
                disabled={!basket[sku]}
              >
                −
              </button>
              <output aria-label={`${name} in the basket`}>{basket[sku] ?? 0}</output>
              <button type="button" aria-label={`One ${name} more`} onClick={() => change(sku, 1)}>
                +
              </button>
            </span>
          </li>
        ))}
      </ul>
      {tokens.map((token, index) => (
        <PaymentField
          // Which of the cards it is says all about it.
          key={index === 0 ? 'first' : 'second'}
          label={tokens.length === 1 ? 'How will the payment behave?' : `How will card ${index + 1} behave?`}
          token={token}
          onChange={(next) => setTokens(tokens.map((one, at) => (at === index ? next : one)))}
        />
      ))}
      <label class="check">
        <input
          type="checkbox"
          checked={tokens.length === 2}
          onChange={({ currentTarget }) =>
            setTokens(currentTarget.checked ? [tokens[0] ?? 'tok_ok', 'tok_declined'] : tokens.slice(0, 1))
          }
        />
        Split over two cards: both are charged, or none
      </label>
      <div class="pair">
        <label class="field">
          Coupon
          <select value={coupon} onChange={({ currentTarget }) => setCoupon(currentTarget.value)}>
            {COUPONS.map(({ code, title }) => (
              <option key={code} value={code}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          Ship to
          <select value={address} onChange={({ currentTarget }) => setAddress(currentTarget.value)}>
            {ADDRESSES.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={payAtOnce}
          onChange={({ currentTarget }) => setPayAtOnce(currentTarget.checked)}
        />
        Click pay right away
      </label>
      <div class="buttons order">
        <button type="submit" class="primary" disabled={isBusy || total === 0}>
          Order for {euros(total)}
        </button>
        <button
          type="button"
          disabled={isBusy || total === 0}
          aria-label="Order by double click"
          title="Sends the same request twice at the same time: one order comes of it"
          onClick={() => order(2)}
        >
          Double click
        </button>
      </div>
    </form>
  );
}

function PaymentField({
  label,
  token,
  onChange,
}: {
  readonly label: string;
  readonly token: string;
  readonly onChange: (token: string) => void;
}) {
  return (
    <label class="field">
      {label}
      <select name="payment" value={token} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {CHOICES.map((choice) => (
          <option key={choice.token} value={choice.token}>
            {choice.title}
          </option>
        ))}
      </select>
      <small>{CHOICES.find((choice) => choice.token === token)?.hint}</small>
    </label>
  );
}

/** The total over the cards, in whole cents. */
function shares(total: number, tokens: readonly string[]): { token: string; amount: number }[] {
  const each = Math.floor(total / tokens.length);
  return tokens.map((token, index) => ({
    token,
    amount: index === 0 ? total - each * (tokens.length - 1) : each,
  }));
}
