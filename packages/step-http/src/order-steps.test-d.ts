import type { AdaptersFor, Declined, Later } from '@countermand/saga-core';
import { createOrderSaga, type OrderSaga } from '@countermand/saga-core/order';
import { expectTypeOf, it } from 'vitest';
import { type HttpStepsOf, httpService, path } from './index.js';

const saga = createOrderSaga();
const service = httpService({ baseUrl: 'http://localhost' });

it('an adapter is typed by the contract of its step', () => {
  const adapters = service.steps(saga, {
    reserveStock: {
      path: ({ orderId }) => path`/orders/${orderId}/stock`,
      body: ({ items }) => ({ lines: items.map(({ sku, quantity }) => ({ sku, quantity })) }),
      output: () => ({ reservationId: 'r1' }),
    },
    refund: { path: '/refunds', on: { 404: () => ({ status: 'not_captured' }) } },
  });
  expectTypeOf(adapters).toEqualTypeOf<Pick<AdaptersFor<OrderSaga>, 'reserveStock' | 'refund'>>();
});

it('the type of the adapters may be given, too', () => {
  type Both = Pick<AdaptersFor<OrderSaga>, 'releaseStock' | 'refund'>;
  const adapters: Both = service.steps(saga, {
    releaseStock: { path: ({ orderId }) => path`/orders/${orderId}`, output: () => ({ status: 'released' }) },
    refund: { path: '/refunds' },
  });
  expectTypeOf(adapters).toEqualTypeOf<Both>();
});

it('an output must be what the contract has', () => {
  type Reserve = NonNullable<NonNullable<HttpStepsOf<OrderSaga>['reserveStock']>['output']>;
  expectTypeOf<ReturnType<Reserve>>().toEqualTypeOf<{ reservationId: string } | Declined | Later>();
  // @ts-expect-error: the reservation's id is missing
  service.steps(saga, { reserveStock: { path: '/stock', output: () => ({ id: 'r1' }) } });
});

it('a step must be one of the saga', () => {
  expectTypeOf<keyof HttpStepsOf<OrderSaga>>().toEqualTypeOf<keyof AdaptersFor<OrderSaga>>();
  // @ts-expect-error: no such step
  service.steps(saga, { reserveStok: { path: '/stock' } });
});

it('a step that can be asked about must say how', () => {
  expectTypeOf<NonNullable<HttpStepsOf<OrderSaga>['authorize']>>().toHaveProperty('probe').not.toBeNullable();
  // @ts-expect-error: the contract of authorize has a probe
  service.steps(saga, { authorize: { path: '/payments' } });
});
