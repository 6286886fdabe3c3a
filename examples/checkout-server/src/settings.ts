import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEMO_WEBHOOK_SECRET } from '@countermand-examples/participants/contract';
import { z } from 'zod';
import { parseDuration } from './duration.ts';

const DEMO_CUSTOMER_TOKENS = 'alice:demo-alice,bob:demo-bob';
const DEMO_ADMIN_TOKEN = 'demo-admin';
/** The tokens that everybody knows. */
export const DEMO_TOKENS: ReadonlySet<string> = new Set(['demo-alice', 'demo-bob', DEMO_ADMIN_TOKEN]);
/** `.data` at the top of the repository, wherever the server was started from. */
const DATA_DIR = fileURLToPath(new URL('../../../.data', import.meta.url));

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue(`use a duration ${ms === 0 ? 'above 0, ' : ''}such as 500ms, 20s, 30m or 1h`);
  return z.NEVER;
});
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'use a port number')
  .transform(Number)
  .pipe(z.int().max(65_535, 'use a port number up to 65535'));
const url = (protocol: RegExp, example: string) =>
  z
    .url({ protocol, error: `use an address such as ${example}` })
    .transform((text) => text.replace(/\/+$/, ''));

const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/;
const webhookSecrets = z.string().transform((text, context) => {
  const secrets = text.split(',').map((one) => one.trim());
  if (secrets.every((one) => SECRET.test(one))) return secrets;
  context.addIssue('use whsec_ and base64, several with commas');
  return z.NEVER;
});

/** What a customer signs in as. */
export const LOGIN = /^[\w.@-]{1,64}$/;

const TOKEN = /^[\x21-\x7e]{1,200}$/;
const customerTokens = z.string().transform((text, context) => {
  const pairs = text.split(',').map((pair) => pair.trim().split(':'));
  const tokens = new Map<string, string>();
  for (const [customer, token, ...rest] of pairs) {
    if (customer && LOGIN.test(customer) && token && TOKEN.test(token) && rest.length === 0) {
      tokens.set(token, customer);
    }
  }
  if (tokens.size === pairs.length) return tokens;
  context.addIssue('use CUSTOMER:TOKEN, several with commas, each token once');
  return z.NEVER;
});

const schema = z.object({
  NODE_ENV: z.string().optional(),
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host:5432/database').optional(),
  ROLE: z.enum(['all', 'web', 'worker'], { error: 'use all, web or worker' }).default('all'),
  WORKER_PROCESS: z
    .enum(['true', 'false'], { error: 'use true or false' })
    .transform((text) => text === 'true')
    .default(false),
  PARTICIPANTS_URL: url(/^https?$/, 'http://127.0.0.1:3001').optional(),
  PARTICIPANTS_PORT: port.default(3001),
  RESERVATION_TTL: duration.default(30 * 60_000),
  PAYMENT_TIMEOUT: duration.default(15 * 60_000),
  LATE_PAYMENT_DELAY: duration.default(20_000),
  MOCK_PAYMENT_FAILURE_RATE: z
    .string()
    .regex(/^\d*\.?\d+$/, 'use a number from 0 to 1')
    .transform(Number)
    .pipe(z.number().max(1, 'use a number from 0 to 1'))
    .default(0.3),
  INVALID_COUPON: z.enum(['continue', 'fail'], { error: 'use continue or fail' }).default('continue'),
  MAX_OPEN_ORDERS: z
    .string()
    .regex(/^\d{1,9}$/, 'use a whole number')
    .transform(Number)
    .default(1_000),
  AUTO_FULFILMENT: z
    .enum(['true', 'false'], { error: 'use true or false' })
    .transform((text) => text === 'true')
    .default(true),
  CUSTOMER_TOKENS: customerTokens.prefault(DEMO_CUSTOMER_TOKENS),
  ADMIN_TOKEN: z.string().regex(TOKEN, 'use visible ASCII characters, at most 200').default(DEMO_ADMIN_TOKEN),
  WEBHOOK_SECRET: webhookSecrets.prefault(DEMO_WEBHOOK_SECRET),
  WEBHOOK_TARGET: url(/^https?$/, 'http://127.0.0.1:3000').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, 'http://127.0.0.1:4318').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(/^https?$/, 'http://127.0.0.1:4318/v1/traces').optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'use fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
  DATA_DIR: z
    .string()
    .default(DATA_DIR)
    .transform((text) => path.resolve(text)),
});

/** Everything that the server can be told by its environment; times in milliseconds. */
export type Settings = z.output<typeof schema>;

/** A setting that can't be read or may not be used. The message is one line that says which, and what to use. */
export class SettingsError extends Error {}

/** Reads the settings from the environment; an empty value is the default. @throws SettingsError */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`);
    throw new SettingsError(problems.join('; '));
  }
  const problem = contradictionIn(parsed.data) ?? demoValueIn(parsed.data);
  if (problem) throw new SettingsError(problem);
  return parsed.data;
}

/** Whether the routes under `/dev` and the mock payment tokens exist. */
export function isProduction(settings: Settings): boolean {
  return settings.NODE_ENV === 'production';
}

function contradictionIn(settings: Settings): string | undefined {
  const { ROLE, DATABASE_URL, PARTICIPANTS_URL, CUSTOMER_TOKENS, ADMIN_TOKEN } = settings;
  if (ROLE === 'all' && !PARTICIPANTS_URL && settings.PARTICIPANTS_PORT === 0)
    return 'PARTICIPANTS_PORT: the server calls the participants there; use a port number from 1 up';
  if (ROLE !== 'all' && !DATABASE_URL)
    return `DATABASE_URL: ROLE=${ROLE} starts no PostgreSQL; give the address of one`;
  if (ROLE !== 'all' && !PARTICIPANTS_URL) {
    return `PARTICIPANTS_URL: ROLE=${ROLE} starts no participants; give their address`;
  }
  if (settings.WORKER_PROCESS && ROLE !== 'all')
    return `WORKER_PROCESS: only ROLE=all starts a worker; with ROLE=${ROLE} leave it out`;
  if (settings.WORKER_PROCESS && isProduction(settings))
    return 'WORKER_PROCESS: this is for development; run ROLE=web and ROLE=worker instead';
  if (CUSTOMER_TOKENS.has(ADMIN_TOKEN)) return 'ADMIN_TOKEN: a customer has the same token; use another';
  return undefined;
}

function demoValueIn(settings: Settings): string | undefined {
  if (!isProduction(settings)) return undefined;
  const { CUSTOMER_TOKENS, ADMIN_TOKEN, WEBHOOK_SECRET } = settings;
  const demo = [
    [...CUSTOMER_TOKENS.keys()].some((token) => DEMO_TOKENS.has(token)) && 'CUSTOMER_TOKENS',
    DEMO_TOKENS.has(ADMIN_TOKEN) && 'ADMIN_TOKEN',
    WEBHOOK_SECRET.includes(DEMO_WEBHOOK_SECRET) && 'WEBHOOK_SECRET',
  ].filter((name) => name !== false);
  if (demo.length === 0) return undefined;
  return `${demo.join(', ')}: with NODE_ENV=production the published demo value can't be used; set your own`;
}
