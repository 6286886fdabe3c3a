import type { ColumnType, Generated } from 'kysely';

/** One line of an order, with the price at the time of the order. Amounts are minor units. */
export interface StoredItem {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly price: { readonly amount: number; readonly currency: string };
}

/** Where an order goes. Personal data: it stays in this table and never enters a saga. */
export interface StoredAddress {
  readonly line1: string;
  readonly city: string;
  readonly postalCode: string;
  readonly country: string;
}

/** Written once as JSON text, read as what it says. */
type JsonColumn<Value> = ColumnType<Value, string, never>;

/** `checkout.orders`. The id is the saga's too; where the order stands is the saga's to say. */
interface OrdersTable {
  readonly id: string;
  readonly customer_id: string;
  readonly items: JsonColumn<readonly StoredItem[]>;
  /** Minor units; `bigint` comes from the driver as text. */
  readonly total_amount: ColumnType<string, number, never>;
  readonly total_currency: string;
  readonly shipping_address: ColumnType<StoredAddress | null, string, string>;
  readonly shipping_method: string;
  readonly created_at: ColumnType<Date, never, never>;
  /** When its end was reached; until then it counts as open. */
  readonly closed_at: ColumnType<Date | null, never, Date>;
  /** Why its customer cancelled it, in words that may tell of people. */
  readonly cancel_reason: ColumnType<string | null, never, string | null>;
}

/** `checkout.customers`: who is behind a subject. Sagas, history and orders know the subject alone. */
interface CustomersTable {
  readonly login: string;
  readonly subject: string;
}

/** `checkout.payment_tokens`: references to means of payment, by order and the saga's name of the payment. */
interface PaymentTokensTable {
  readonly order_id: string;
  readonly payment: string;
  readonly token: string | null;
  /** The customer has clicked pay: from then on each try of the payment has the same token. */
  readonly fixed: boolean;
}

/** `checkout.idempotency`: the answer that a key has got, as it went out. */
interface IdempotencyTable {
  readonly principal: string;
  readonly route: string;
  readonly key: string;
  readonly body_hash: string;
  readonly response: string;
  readonly order_id: string;
  readonly created_at: Generated<Date>;
}

/** The tables of this server. Those of the sagas belong to the runner. */
export interface CheckoutTables {
  readonly 'checkout.orders': OrdersTable;
  readonly 'checkout.idempotency': IdempotencyTable;
  readonly 'checkout.customers': CustomersTable;
  readonly 'checkout.payment_tokens': PaymentTokensTable;
}
