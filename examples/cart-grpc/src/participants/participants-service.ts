import { type CallContext, type Server, ServerError, Status } from 'nice-grpc';
import {
  type Cart,
  CartsDefinition,
  CatalogDefinition,
  InventoryDefinition,
  SimulationDefinition,
  type Variant,
} from '../generated/cart-checkout.ts';
import { StockBook, StockRefusal } from './stock-book.ts';

interface Failure {
  readonly status: number;
  readonly afterEffect: boolean;
  times: number;
}

/** Carts, catalog and inventory, simulated: in memory, with failures to order. */
export class Participants {
  readonly #stock = new StockBook();
  readonly #carts = new Map<string, Cart>();
  readonly #variants = new Map<string, Variant>();
  readonly #failures = new Map<string, Failure>();
  readonly #calls: { method: string; idempotencyKey: string; traceparent: string }[] = [];

  putCart(cart: Cart): void {
    this.#carts.set(`${cart.userId} ${cart.cartId}`, cart);
  }

  putVariant(variant: Variant, available: number): void {
    this.#variants.set(variant.variantId, variant);
    this.#stock.put(variant.variantId, available);
  }

  addTo(server: Pick<Server, 'add'>): void {
    server.add(CartsDefinition, {
      getCart: ({ userId, cartId }, context: CallContext) =>
        this.#call('GetCart', context, () => {
          const cart = this.#carts.get(`${userId} ${cartId}`);
          if (cart) return cart;
          throw new ServerError(Status.NOT_FOUND, `user ${userId} has no cart ${cartId}`);
        }),
    });
    server.add(CatalogDefinition, {
      getVariants: ({ variantIds }, context: CallContext) =>
        this.#call('GetVariants', context, () => ({
          variants: variantIds.map((id) => {
            const variant = this.#variants.get(id);
            if (variant) return variant;
            throw new ServerError(Status.NOT_FOUND, `there is no variant ${id}`);
          }),
        })),
    });
    server.add(InventoryDefinition, {
      reserve: ({ reservationId, variantId, quantity }, context: CallContext) =>
        this.#call('Reserve', context, () => this.#stock.reserve(reservationId, variantId, quantity)),
      release: ({ reservationId }, context: CallContext) =>
        this.#call('Release', context, () => this.#stock.release(reservationId)),
      commit: ({ reservationId }, context: CallContext) =>
        this.#call('Commit', context, () => this.#stock.commit(reservationId)),
    });
  }

  /** What a test does to them, and reads. */
  addSimulationTo(server: Pick<Server, 'add'>): void {
    server.add(SimulationDefinition, {
      putCart: (cart) => Promise.resolve(this.putCart(cart)).then(() => ({})),
      putVariant: ({ variant, available }) => {
        if (variant) this.putVariant(variant, available);
        return Promise.resolve({});
      },
      fail: ({ method, status, times, afterEffect }) => {
        this.#failures.set(method, { status, times, afterEffect });
        return Promise.resolve({});
      },
      getBooks: () => Promise.resolve({ stocks: this.#stock.stocks(), calls: this.#calls }),
    });
  }

  async #call<Answer>(
    method: string,
    { metadata }: CallContext,
    effect: () => Answer,
  ): Promise<Answer & object> {
    const [idempotencyKey = '', traceparent = ''] = [
      metadata.get('idempotency-key'),
      metadata.get('traceparent'),
    ];
    this.#calls.push({ method, idempotencyKey, traceparent });
    const failure = this.#failures.get(method);
    const fails = failure !== undefined && failure.times > 0;
    if (fails) failure.times -= 1;
    if (fails && !failure.afterEffect)
      throw new ServerError(failure.status, `${method} fails, as it was told to`);
    try {
      const answer = effect();
      if (fails) throw new ServerError(failure.status, `the answer of ${method} is lost, as it was told to`);
      return await Promise.resolve({ ...answer } as Answer & object);
    } catch (error) {
      if (!(error instanceof StockRefusal)) throw error;
      throw new ServerError(
        error.kind === 'unknown' ? Status.NOT_FOUND : Status.FAILED_PRECONDITION,
        error.message,
      );
    }
  }
}
