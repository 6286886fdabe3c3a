import { readEnvironment } from '@countermand-examples/service-kit';
import { z } from 'zod';

/** The topics, by what they carry. Each can be renamed by `TOPIC_` and its name here. */
const TOPICS = {
  ORDER_CREATED: 'order-created-events',
  PRODUCT_RESERVED: 'product-reserved-events',
  PRODUCT_RESERVATION_FAILED: 'product-reservation-failed-events',
  PAYMENT_PROCESSED: 'payment-processed-events',
  PAYMENT_FAILED: 'payment-failed-events',
  SPLIT_PAYMENT_PROCESSED: 'split-payment-processed-events',
  COUPON_APPLIED: 'coupon-applied-events',
  ORDER_APPROVED: 'order-approved-events',
  ORDER_CANCELLED: 'order-cancelled-events',
} as const;

/** The names of the topics. */
export type Topics = Readonly<Record<keyof typeof TOPICS, string>>;

const whole = (least: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'use a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `use at least ${least}`));
const address = z
  .url({ protocol: /^https?$/, error: 'use an address such as http://127.0.0.1:8096' })
  .transform((given) => given.replace(/\/+$/, ''))
  .optional();

const DEMO_ADMIN_TOKEN = 'demo-admin';

const schema = z
  .object({
    NODE_ENV: z.string().optional(),
    SERVER_PORT: whole(0).prefault('8095'),
    HOST: z.string().default('127.0.0.1'),
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'use an address such as postgres://user@host:5432/orders' })
      .optional(),
    KAFKA_BROKERS: z
      .string()
      .regex(/^[\w.-]+:\d+(,[\w.-]+:\d+)*$/, 'use host:port, several with commas')
      .optional(),
    CONSUMER_GROUP: z.string().min(1).default('order-orchestrator'),
    KAFKA_SESSION_TIMEOUT_MS: whole(1_000).prefault('10000'),
    SERIALIZATION: z.enum(['plain', 'cloudevents'], { error: 'use plain or cloudevents' }).default('plain'),
    PRODUCT_SERVICE_URL: address,
    PROMOTION_SERVICE_URL: address,
    PAYMENT_SERVICE_URL: address,
    ORDER_SERVICE_URL: address,
    REQUEST_TIMEOUT_MS: whole(1).prefault('3000'),
    BREAKER_THRESHOLD: z
      .string()
      .regex(/^(0\.\d+|1)$/, 'use a share above 0, at most 1')
      .transform(Number)
      .prefault('0.7'),
    INVALID_COUPON: z.enum(['continue', 'fail'], { error: 'use continue or fail' }).default('continue'),
    ADMIN_TOKEN: z.string().min(1).default(DEMO_ADMIN_TOKEN),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    ...(Object.fromEntries(
      Object.entries(TOPICS).map(([name, topic]) => [`TOPIC_${name}`, z.string().min(1).default(topic)]),
    ) as Record<`TOPIC_${keyof typeof TOPICS}`, z.ZodDefault<z.ZodString>>),
  })
  .refine(({ NODE_ENV, ADMIN_TOKEN }) => NODE_ENV !== 'production' || ADMIN_TOKEN !== DEMO_ADMIN_TOKEN, {
    path: ['ADMIN_TOKEN'],
    error: "with NODE_ENV=production the published demo value can't be used; set your own",
  });

/** Everything that the orchestrator can be told by its environment. */
export type Settings = z.output<typeof schema>;

/** Reads the settings; an empty value is the default. @throws Error in one line that says what to use */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  return readEnvironment(schema, environment);
}

/** The topics' names under these settings. */
export function topicsOf(settings: Settings): Topics {
  const names = Object.keys(TOPICS).map((name) => [name, settings[`TOPIC_${name as keyof typeof TOPICS}`]]);
  return Object.fromEntries(names) as Topics;
}
