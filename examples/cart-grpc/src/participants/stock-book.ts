/** Why a line can't be reserved or committed. */
export class StockRefusal extends Error {
  constructor(
    readonly kind: 'unknown' | 'refused',
    message: string,
  ) {
    super(message);
  }
}

interface Stock {
  initial: number;
  available: number;
}

interface Reservation {
  readonly lines: Map<string, number>;
  state: 'reserved' | 'sold' | 'released';
}

/** The inventory: every unit is available, reserved or sold, and never two of these. */
export class StockBook {
  readonly #stocks = new Map<string, Stock>();
  readonly #reservations = new Map<string, Reservation>();

  put(variantId: string, available: number): void {
    this.#stocks.set(variantId, { initial: available, available });
  }

  /** One line of a reservation; the same line again changes nothing. @throws StockRefusal */
  reserve(reservationId: string, variantId: string, quantity: number): void {
    const stock = this.#stocks.get(variantId);
    if (!stock) throw new StockRefusal('unknown', `there is no ${variantId}`);
    const reservation = this.#reservations.get(reservationId) ?? { lines: new Map(), state: 'reserved' };
    const has = reservation.lines.get(variantId);
    if (has === quantity && reservation.state !== 'released') return;
    if (reservation.state !== 'reserved' || has !== undefined)
      throw new StockRefusal('refused', `reservation ${reservationId} is ${reservation.state}`);
    if (quantity < 1 || stock.available < quantity)
      throw new StockRefusal('refused', `${variantId}: ${quantity} wanted, ${stock.available} there`);
    stock.available -= quantity;
    reservation.lines.set(variantId, quantity);
    this.#reservations.set(reservationId, reservation);
  }

  /** Gives back what a reservation holds or has sold. One that never was is refused when it comes late. */
  release(reservationId: string): void {
    const reservation = this.#reservations.get(reservationId) ?? { lines: new Map(), state: 'reserved' };
    if (reservation.state !== 'released') {
      for (const [variantId, quantity] of reservation.lines) {
        const stock = this.#stocks.get(variantId);
        if (stock) stock.available += quantity;
      }
    }
    reservation.state = 'released';
    this.#reservations.set(reservationId, reservation);
  }

  /** Sells what is reserved. Again: sold already. @throws StockRefusal */
  commit(reservationId: string): void {
    const reservation = this.#reservations.get(reservationId);
    if (!reservation) throw new StockRefusal('unknown', `there is no reservation ${reservationId}`);
    if (reservation.state === 'released')
      throw new StockRefusal('refused', `reservation ${reservationId} was given back`);
    reservation.state = 'sold';
  }

  stocks() {
    return [...this.#stocks].map(([variantId, { initial, available }]) => ({
      ...{ variantId, initial, available },
      reserved: this.#sum(variantId, 'reserved'),
      sold: this.#sum(variantId, 'sold'),
    }));
  }

  #sum(variantId: string, state: Reservation['state']): number {
    const reservations = [...this.#reservations.values()].filter((one) => one.state === state);
    return reservations.reduce((sum, { lines }) => sum + (lines.get(variantId) ?? 0), 0);
  }
}
