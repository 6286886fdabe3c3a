import { euros } from './money.ts';
import { STATUS_WORDS } from './name-things.ts';
import type { ListedOrder } from './shop-api.ts';

interface Props {
  readonly orders: readonly ListedOrder[];
  readonly shown: string | undefined;
  readonly onShow: (id: string) => void;
}

/** The customer's newest orders, to look at again. */
export function RecentOrders({ orders, shown, onShow }: Props) {
  if (orders.length === 0) return null;
  return (
    <section class="card recent" aria-label="Your orders">
      <h3>Your orders</h3>
      <ul>
        {orders.map(({ id, status, total, items, saga }) => (
          <li key={id}>
            <button type="button" aria-current={id === shown} onClick={() => onShow(id)}>
              <span>
                {items
                  .map(({ name, quantity }) => (quantity === 1 ? name : `${quantity} × ${name}`))
                  .join(', ')}
              </span>
              <span class="soft">{euros(total.amount)}</span>
              <span class={`pill ${saga.status.toLowerCase()}`}>{STATUS_WORDS[status]}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
