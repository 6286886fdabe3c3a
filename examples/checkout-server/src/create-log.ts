import { type Logger, pino } from 'pino';
import type { Settings } from './settings.ts';

const SECRETS = [
  'authorization',
  'token',
  'tokens',
  'secret',
  'password',
  'shippingAddress',
  'shipping_address',
];

/** JSON lines on standard output. What is secret or personal is taken out, at the top and one level down. */
export function createLog({ LOG_LEVEL }: Pick<Settings, 'LOG_LEVEL'>): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({
    level: LOG_LEVEL,
    base: { service: 'checkout-server' },
    redact: { paths, censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
