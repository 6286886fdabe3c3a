import { z } from '@hono/zod-openapi';
import { SAGA_STATUSES } from '../views/saga-status.ts';

/** The nine statuses of an order. */
const ORDER_STATUSES = [
  'CREATED',
  'RESERVED',
  'PAYMENT_PENDING',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'IN_TRANSIT',
  'FAILED',
  'CANCELLED',
] as const;

export const orderStatusSchema = z.enum(ORDER_STATUSES).openapi('OrderStatus');

export const moneySchema = z
  .strictObject({
    amount: z.int().nonnegative().openapi({ description: 'Minor units (cents).', example: 79_900 }),
    currency: z.literal('EUR'),
  })
  .openapi('Money');

export const sagaStatusSchema = z.enum(SAGA_STATUSES).openapi('SagaStatus');

export const obligationSchema = z
  .object({
    id: z.string(),
    kind: z.string(),
    certainty: z.enum(['open', 'maybe']),
    step: z.string(),
    undo: z.string().optional(),
    amount: moneySchema.optional(),
  })
  .openapi('Obligation', { description: 'Something that is, or may be, open in the world.' });

export const timerSchema = z.object({ id: z.string(), due_at: z.iso.datetime() }).openapi('Timer');

const jsonSchema = z.unknown().openapi({ type: 'object', description: "The machine's state value." });

export const orderSchema = z
  .object({
    id: z.string(),
    status: orderStatusSchema,
    items: z.array(z.object({ sku: z.string(), quantity: z.int(), name: z.string(), price: moneySchema })),
    total: moneySchema,
    payments: z.array(
      z.object({
        method: z.string(),
        amount: moneySchema,
        status: z.enum(['pending', 'authorized', 'captured', 'declined', 'voided', 'refunded', 'unknown']),
        payment_id: z.string().optional(),
      }),
    ),
    discount: moneySchema.optional(),
    failure: z.object({ code: z.string(), category: z.string().optional(), message: z.string() }).optional(),
    invoice: z.object({ invoice_id: z.string(), number: z.string() }).optional(),
    label: z.object({ label_id: z.string() }).optional(),
    tracking: z.string().optional(),
    saga: z.object({
      id: z.string(),
      type: z.string(),
      version: z.int(),
      status: sagaStatusSchema,
      settled: z.boolean(),
      state: jsonSchema,
      waitingFor: z.array(z.string()),
      openObligations: z.array(obligationSchema),
      timers: z.array(timerSchema),
    }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Order');

export const historyItemSchema = z
  .object({
    seq: z.int(),
    at: z.iso.datetime(),
    event: z.string(),
    outcome: z.enum(['applied', 'ignored', 'deferred']),
    reason: z.string().optional(),
    from: orderStatusSchema.nullable(),
    to: orderStatusSchema,
    actor: z.string(),
  })
  .openapi('HistoryItem');

export const sagaItemSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    version: z.int(),
    status: sagaStatusSchema,
    state: jsonSchema,
    order_id: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    error: z.string().optional(),
  })
  .openapi('SagaItem');

export const sagaSchema = sagaItemSchema
  .extend({
    settled: z.boolean(),
    current_step: z.string().nullable(),
    steps: z.array(
      z.object({
        id: z.string().openapi({ description: 'What retry and skip take.' }),
        name: z.string(),
        visit: z.int(),
        status: z.enum([
          'pending',
          'running',
          'awaiting',
          'done',
          'declined',
          'unknown',
          'cancelled',
          'parked',
        ]),
        attempts: z.int(),
        error: z.string().optional(),
      }),
    ),
    openObligations: z.array(obligationSchema),
    timers: z.array(timerSchema),
    waitingFor: z.array(z.string()),
    next: z.array(z.object({ event: z.string(), to: z.string() })),
  })
  .openapi('Saga');

export const problemSchema = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), code: z.string() })
  .openapi('Problem');

const text = (max: number) => z.string().trim().min(1).max(max);

const payableSchema = z.object({ amount: z.int().min(1), currency: z.literal('EUR') }).strict();

export const newOrderSchema = z
  .strictObject({
    items: z
      .array(z.strictObject({ sku: text(64), quantity: z.int().min(1).max(1_000) }))
      .min(1)
      .max(100)
      .openapi({ example: [{ sku: 'iphone-15', quantity: 1 }] }),
    coupons: z
      .array(text(40))
      .max(8)
      .optional()
      .openapi({ example: ['WELCOME10'], description: 'Each code counts once.' }),
    payments: z
      .array(z.strictObject({ method: text(40), token: text(200).optional(), amount: payableSchema }))
      .min(1)
      .max(8)
      .optional()
      .openapi({
        description:
          'Left out: one card payment of the total. Several are all taken or none. Their sum is the total before coupons; a discount comes off each in proportion.',
      }),
    shippingAddress: z.strictObject({
      line1: text(200),
      city: text(100),
      postalCode: text(20),
      country: z.string().regex(/^[A-Z]{2}$/, 'use two capital letters (ISO 3166)'),
    }),
    shippingMethod: z.literal('standard').optional(),
  })
  .openapi('NewOrder');

/** Parameters of a page. */
export const pageQuery = z.object({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'use a whole number from 1 to 100')
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(20)
    .openapi({ type: 'integer', description: 'From 1 to 100; 20 by default.' }),
  cursor: z.string().min(1).max(500).optional(),
});

/** An id in a path: any text; one that can't be an id is an unknown one. */
export const idParam = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
