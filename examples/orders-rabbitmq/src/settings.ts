import { readEnvironment } from '@countermand-examples/service-kit';
import { z } from 'zod';

/** Each has a database of its own. */
export const SERVICES = ['orders', 'inventory', 'payments', 'shipping'] as const;
/** One of {@link SERVICES}. */
export type Service = (typeof SERVICES)[number];

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'use a port number')
  .transform(Number)
  .pipe(z.int().max(65_535, 'use a port number up to 65535'));
const database = z
  .url({ protocol: /^postgres(ql)?$/, error: 'use an address such as postgres://user@host:5432/orders' })
  .optional();
const address = (fallback: string) =>
  z
    .url({ protocol: /^https?$/, error: `use an address such as ${fallback}` })
    .transform((given) => given.replace(/\/+$/, ''))
    .optional();
const customers = z.string().transform((given, context) => {
  const pairs = given.split(',').map((pair) => pair.trim().split(':'));
  const tokens = new Map(pairs.map(([customer = '', token = '']) => [token, customer]));
  if (pairs.every((pair) => pair.length === 2 && pair.every((part) => part !== ''))) return tokens;
  context.addIssue('use CUSTOMER:TOKEN, several with commas');
  return z.NEVER;
});
const services = z.string().transform((given, context) => {
  const names = given.split(',').map((name) => SERVICES.find((one) => one === name.trim()));
  const known = names.filter((name) => name !== undefined);
  if (known.length === names.length) return known;
  context.addIssue(`use some of ${SERVICES.join(', ')}, with commas`);
  return z.NEVER;
});

const DEMO_CUSTOMERS = 'alice:demo-alice,bob:demo-bob';
const DEMO_ADMIN = 'demo-admin';

const schema = z
  .object({
    NODE_ENV: z.string().optional(),
    PORT: port.prefault('3000'),
    HOST: z.string().default('127.0.0.1'),
    RABBITMQ_URL: z
      .url({ protocol: /^amqps?$/, error: 'use an address such as amqp://user@host:5672' })
      .optional(),
    ORDERS_DATABASE_URL: database,
    INVENTORY_DATABASE_URL: database,
    PAYMENTS_DATABASE_URL: database,
    SHIPPING_DATABASE_URL: database,
    SERVICES: services.prefault(SERVICES.join(',')),
    STREAMS: z.enum(['one', 'three'], { error: 'use one or three' }).default('one'),
    INVENTORY_URL: address('http://127.0.0.1:3011'),
    PAYMENTS_URL: address('http://127.0.0.1:3012'),
    INVENTORY_PORT: port.prefault('0'),
    PAYMENTS_PORT: port.prefault('0'),
    MOCK_PAYMENT_FAILURE_RATE: z
      .string()
      .regex(/^(0(\.\d+)?|1)$/, 'use a number from 0 to 1')
      .transform(Number)
      .prefault('0.3'),
    CUSTOMER_TOKENS: customers.prefault(DEMO_CUSTOMERS),
    ADMIN_TOKEN: z.string().min(1).default(DEMO_ADMIN),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'use fatal, error, warn, info, debug, trace or silent',
      })
      .default('info'),
  })
  .superRefine((given, context) => {
    if (given.NODE_ENV !== 'production') return;
    const demo = [...given.CUSTOMER_TOKENS.keys(), given.ADMIN_TOKEN].some((token) =>
      token.startsWith('demo-'),
    );
    if (demo) {
      context.addIssue({
        code: 'custom',
        path: ['CUSTOMER_TOKENS and ADMIN_TOKEN'],
        message: "with NODE_ENV=production the published demo values can't be used; set your own",
      });
    }
  });

/** Everything that the services can be told by their environment. */
export type Settings = z.output<typeof schema>;

/** Reads the settings; an empty value is the default. @throws Error in one line that says what to use */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  return readEnvironment(schema, environment);
}
