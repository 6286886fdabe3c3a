import { z } from 'zod';
import { DEMO_WEBHOOK_SECRET } from './contract/demo-webhook-secret.ts';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

const duration = z.string().transform((text, context) => {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  if (!match) {
    context.addIssue('use a duration such as 500ms, 20s, 15m or 1h');
    return z.NEVER;
  }
  return Number(match[1]) * units[match[2] as keyof typeof units];
});

const secret = /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/;

const webhookSecret = z.string().transform((text, context) => {
  const secrets = text.split(',').map((one) => one.trim());
  if (!secrets.every((one) => secret.test(one))) {
    context.addIssue('use whsec_ and base64, several with commas');
    return z.NEVER;
  }
  return secrets[0] ?? '';
});

const target = z
  .url({ protocol: /^https?$/, error: 'use an address such as http://127.0.0.1:3000' })
  .transform((text) => text.replace(/\/+$/, ''));

const schema = z.object({
  PARTICIPANTS_PORT: z
    .string()
    .regex(/^\d+$/, 'use a port number')
    .transform(Number)
    .pipe(z.int().max(65_535, 'use a port number up to 65535'))
    .default(3001),
  HOST: z.string().default('127.0.0.1'),
  PARTICIPANTS_DATA: z.string().default('./.data/participants'),
  WEBHOOK_SECRET: webhookSecret.default(DEMO_WEBHOOK_SECRET),
  WEBHOOK_TARGET: target.default('http://127.0.0.1:3000'),
  LATE_PAYMENT_DELAY: duration.default(20_000),
  MOCK_PAYMENT_FAILURE_RATE: z
    .string()
    .regex(/^\d*\.?\d+$/, 'use a number from 0 to 1')
    .transform(Number)
    .pipe(z.number().max(1, 'use a number from 0 to 1'))
    .default(0.3),
  AUTO_FULFILMENT: z
    .enum(['true', 'false'], { error: 'use true or false' })
    .transform((text) => text === 'true')
    .default(true),
  FULFILMENT_DELAY: duration.default(3_000),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'use fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
});

export type Settings = z.infer<typeof schema>;

/** A setting that can't be read. The message is one line that says which, and what to use. */
export class SettingsError extends Error {}

/** Reads the settings from the environment; durations become ms, an empty value is the default. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new SettingsError(problems.join('; '));
}
