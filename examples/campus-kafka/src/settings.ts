import { readEnvironment } from '@countermand-examples/service-kit';
import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const duration = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h)$/, 'use a duration such as 500ms, 20s, 30m or 1h')
  .transform((given) => Number.parseInt(given, 10) * (UNITS[given.replace(/\d+/, '')] ?? 1))
  .pipe(z.int().positive('use more than 0'));
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'use a port number')
  .transform(Number)
  .pipe(z.int().max(65_535, 'use a port number up to 65535'));
const service = (number: number) =>
  z
    .url({ protocol: /^https?$/, error: `use an address such as http://127.0.0.1:${number}` })
    .transform((given) => given.replace(/\/+$/, ''))
    .prefault(`http://127.0.0.1:${number}`);

const DEMO_ADMIN_TOKEN = 'demo-admin';

const schema = z
  .object({
    NODE_ENV: z.string().optional(),
    PORT: port.prefault('3101'),
    HOST: z.string().default('127.0.0.1'),
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'use an address such as postgres://user@host:5432/campus' })
      .optional(),
    KAFKA_BOOTSTRAP_SERVERS: z
      .string()
      .regex(/^[\w.-]+:\d+(,[\w.-]+:\d+)*$/, 'use host:port, several with commas')
      .optional(),
    KAFKA_SESSION_TIMEOUT: duration.prefault('10s'),
    USER_SERVICE_URL: service(3001),
    ORDER_SERVICE_URL: service(3002),
    PAYMENT_SERVICE_URL: service(3003),
    SCHEDULER_SERVICE_URL: service(3005),
    ACCEPTANCE_TIME: duration.prefault('30m'),
    ADMIN_TOKEN: z.string().min(1).default(DEMO_ADMIN_TOKEN),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'use fatal, error, warn, info, debug, trace or silent',
      })
      .default('info'),
  })
  .refine(({ NODE_ENV, ADMIN_TOKEN }) => NODE_ENV !== 'production' || ADMIN_TOKEN !== DEMO_ADMIN_TOKEN, {
    path: ['ADMIN_TOKEN'],
    error: "with NODE_ENV=production the published demo value can't be used; set your own",
  });

/** Everything that the orchestrator can be told by its environment; times in milliseconds. */
export type Settings = z.output<typeof schema>;

/** Reads the settings; an empty value is the default. @throws Error in one line that says what to use */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  return readEnvironment(schema, environment);
}
