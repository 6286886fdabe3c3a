import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { type Checkout, InvalidRequest, type NewOrder } from './checkout.ts';
import { CreateOrderRequest, CreateSagaOrderRequest, OrderStatus } from './generated/cart-checkout.ts';
import { readCheckout } from './map-checkout.ts';
import { createOrderRequestOf, readCreateOrderRequest } from './map-order.ts';

// Another implementation reads and writes the wire by the names in the proto.
const proto = fileURLToPath(new URL('../proto/cart_checkout.proto', import.meta.url));
const types = new protobuf.Root().loadSync(proto, { keepCase: true });
const wire = (name: string) => types.lookupType(`cart_checkout.v1.${name}`);
const item = { variant_id: 'v-1', product_id: 'p-1', name: 'Tea', quantity: 3, unit_price: 19.99 };
const line = { variantId: 'v-1', productId: 'p-1', name: 'Tea', quantity: 3, unitPrice: 1999 };

/** Each field of what enters the orchestrator: its name on the wire, its value there, its name and value inside. */
const SAGA_FIELDS: readonly [string, unknown, keyof Checkout, unknown][] = [
  ['user_id', 'u-1', 'userId', 'u-1'],
  ['cart_id', 'c-1', 'cartId', 'c-1'],
  ['items', [item], 'items', [line]],
  ['payment_method', 'card', 'paymentMethod', 'card'],
  ['payment_amount', 62.96, 'paymentAmount', 6296],
  ['payment_currency', 'EUR', 'paymentCurrency', 'EUR'],
  [
    'shipping_address',
    { id: 'a-1', line1: 'Am Deich 1', city: 'Emden', postal_code: '26721', country: 'DE' },
    'shippingAddressId',
    'a-1',
  ],
  ['shipping_method', 'standard', 'shippingMethod', 'standard'],
  ['shipping_cost', 4.99, 'shippingCost', 499],
  ['subtotal', 59.97, 'subtotal', 5997],
  ['coupons', [{ code: 'TWO', discount: 2 }], 'coupons', [{ code: 'TWO', discount: 200 }]],
  ['total', 62.96, 'total', 6296],
  ['currency_code', 'EUR', 'currencyCode', 'EUR'],
];

/** The same of what enters the order service. */
const ORDER_FIELDS: readonly [string, unknown, keyof NewOrder, unknown][] = [
  ['user_id', 'u-1', 'userId', 'u-1'],
  ['cart_id', 'c-1', 'cartId', 'c-1'],
  ['items', [item], 'items', [line]],
  ['status', OrderStatus.ORDER_STATUS_CREATED, 'status', 'CREATED'],
  ['payment_id', 'pay-1', 'paymentId', 'pay-1'],
  ['created_at', '2026-11-21T12:00:00.000Z', 'createdAt', '2026-11-21T12:00:00.000Z'],
  ['updated_at', '2026-11-21T13:00:00.000Z', 'updatedAt', '2026-11-21T13:00:00.000Z'],
  ['total_amount', 62.96, 'totalAmount', 6296],
  ['shipping_address_id', 'a-1', 'shippingAddressId', 'a-1'],
  ['currency_code', 'EUR', 'currencyCode', 'EUR'],
];

const sagaMessage = Object.fromEntries(SAGA_FIELDS.map(([name, value]) => [name, value]));
const orderMessage = Object.fromEntries(ORDER_FIELDS.map(([name, value]) => [name, value]));
const order = Object.fromEntries(
  ORDER_FIELDS.map(([, , name, value]) => [name, value]),
) as unknown as NewOrder;
const sagaRequest = () =>
  CreateSagaOrderRequest.decode(wire('CreateSagaOrderRequest').encode(sagaMessage).finish());
const orderRequest = () =>
  CreateOrderRequest.decode(wire('CreateOrderRequest').encode(orderMessage).finish());

describe('CreateSagaOrderRequest', () => {
  it('has the fields of the table, no more and no fewer', () => {
    expect(Object.keys(wire('CreateSagaOrderRequest').fields)).toEqual(SAGA_FIELDS.map(([name]) => name));
  });

  const read = readCheckout(sagaRequest(), 'checkout-1');
  it.each(SAGA_FIELDS)('%s is read from the wire (%j) as %s', (_wireName, _value, name, value) => {
    expect(read[name]).toEqual(value);
  });

  it.each(SAGA_FIELDS)('%s is written to the wire (%j)', (wireName, value) => {
    const bytes = CreateSagaOrderRequest.encode(sagaRequest()).finish();
    expect(wire('CreateSagaOrderRequest').decode(bytes).toJSON()[wireName]).toEqual(value);
  });
});

describe('CreateOrderRequest', () => {
  it('has the fields of the table, no more and no fewer', () => {
    expect(Object.keys(wire('CreateOrderRequest').fields)).toEqual(ORDER_FIELDS.map(([name]) => name));
  });

  it.each(ORDER_FIELDS)('%s is read from the wire (%j) as %s', (_wireName, _value, name, value) => {
    expect(readCreateOrderRequest(orderRequest())[name]).toEqual(value);
  });

  it.each(ORDER_FIELDS)('%s is written to the wire (%j) from %s', (wireName, value) => {
    const bytes = CreateOrderRequest.encode(createOrderRequestOf(order)).finish();
    const { [wireName]: written } = wire('CreateOrderRequest').toObject(
      wire('CreateOrderRequest').decode(bytes),
    );
    expect(written).toEqual(value);
  });
});

describe('a request', () => {
  it.each<[string, Partial<CreateSagaOrderRequest>]>([
    ['user_id is required', { userId: '' }],
    ['cart_id is required', { cartId: '' }],
    ['shipping_address.id is required', { shippingAddress: undefined }],
    ["user_id can't be stored", { userId: 'a\0b' }],
    ['payment_currency must be currency_code, EUR', { paymentCurrency: 'USD' }],
    ['payment_amount must be total', { paymentAmount: 1 }],
    ['total must be subtotal and shipping_cost, less what the coupons take off', { total: 63 }],
    ['subtotal: 59.975 is not an amount in EUR', { subtotal: 59.975 }],
    ['items[0].quantity: 1 to 1000', { items: [{ ...line, quantity: 0 }] }],
  ])('is refused: %s', (message, change) => {
    const request = { ...sagaRequest(), ...change };
    expect(() => readCheckout(request, 'checkout-1')).toThrow(new InvalidRequest(message));
  });
});
