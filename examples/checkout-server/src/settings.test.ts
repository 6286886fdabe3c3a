import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';
import { readSettings } from './settings.ts';

const own = {
  CUSTOMER_TOKENS: 'carol:kR8-own-token',
  ADMIN_TOKEN: 'own-admin-token',
  WEBHOOK_SECRET: 'whsec_b3duLXNlY3JldC1vZi10aGUtc2hvcA==',
};

describe('the settings', () => {
  it('all have defaults', () => {
    expect(readSettings({ PORT: '' })).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      ROLE: 'all',
      PARTICIPANTS_PORT: 3001,
      RESERVATION_TTL: 1_800_000,
      PAYMENT_TIMEOUT: 900_000,
      LATE_PAYMENT_DELAY: 20_000,
      MOCK_PAYMENT_FAILURE_RATE: 0.3,
      INVALID_COUPON: 'continue',
      MAX_OPEN_ORDERS: 1_000,
      AUTO_FULFILMENT: true,
      CUSTOMER_TOKENS: new Map([
        ['demo-alice', 'alice'],
        ['demo-bob', 'bob'],
      ]),
      ADMIN_TOKEN: 'demo-admin',
    });
  });

  it.each([
    ['PORT', 'http', /^PORT: use a port number$/],
    ['PORT', '70000', /^PORT: use a port number up to 65535$/],
    ['WORKER_PROCESS', 'yes', /^WORKER_PROCESS: use true or false$/],
    ['ROLE', 'both', /^ROLE: use all, web or worker$/],
    ['RESERVATION_TTL', '30 minutes', /^RESERVATION_TTL: use a duration such as/],
    ['PAYMENT_TIMEOUT', '0s', /^PAYMENT_TIMEOUT: use a duration above 0, such as/],
    ['MOCK_PAYMENT_FAILURE_RATE', '30%', /^MOCK_PAYMENT_FAILURE_RATE: use a number from 0 to 1$/],
    ['MOCK_PAYMENT_FAILURE_RATE', '1.5', /^MOCK_PAYMENT_FAILURE_RATE: use a number from 0 to 1$/],
    ['INVALID_COUPON', 'skip', /^INVALID_COUPON: use continue or fail$/],
    ['MAX_OPEN_ORDERS', '-1', /^MAX_OPEN_ORDERS: use a whole number$/],
    ['AUTO_FULFILMENT', 'yes', /^AUTO_FULFILMENT: use true or false$/],
    ['CUSTOMER_TOKENS', 'alice', /^CUSTOMER_TOKENS: use CUSTOMER:TOKEN/],
    ['CUSTOMER_TOKENS', 'alice:x,bob:x', /^CUSTOMER_TOKENS: use CUSTOMER:TOKEN/],
    ['ADMIN_TOKEN', 'demo-alice', /^ADMIN_TOKEN: a customer has the same token/],
    ['WEBHOOK_SECRET', 'secret', /^WEBHOOK_SECRET: use whsec_ and base64/],
    ['DATABASE_URL', 'mysql://x', /^DATABASE_URL: use an address such as postgres/],
    ['PARTICIPANTS_URL', 'localhost', /^PARTICIPANTS_URL: use an address such as http/],
    ['LOG_LEVEL', 'loud', /^LOG_LEVEL: use fatal/],
  ])('%s=%s stops the start with one clear line', (name, value, line) => {
    expect(() => readSettings({ [name]: value })).toThrow(line);
  });

  it('of a web or worker process need both addresses', () => {
    expect(() => readSettings({ ROLE: 'web' })).toThrow(/^DATABASE_URL: ROLE=web starts no PostgreSQL/);
    const DATABASE_URL = 'postgres://u:p@localhost/db';
    expect(() => readSettings({ ROLE: 'worker', DATABASE_URL })).toThrow(/^PARTICIPANTS_URL: ROLE=worker/);
  });

  it('name the port of the participants that the server starts, which it must know', () => {
    expect(() => readSettings({ PARTICIPANTS_PORT: '0' })).toThrow(/^PARTICIPANTS_PORT: .* from 1 up$/);
    expect(readSettings({ PARTICIPANTS_PORT: '0', PARTICIPANTS_URL: 'http://h' })).toMatchObject({
      PARTICIPANTS_URL: 'http://h',
    });
  });

  it('start a worker process with everything else or not at all, and never in production', () => {
    const web = { ROLE: 'web', DATABASE_URL: 'postgres://h/d', PARTICIPANTS_URL: 'http://h' };
    expect(() => readSettings({ ...web, WORKER_PROCESS: 'true' })).toThrow(/^WORKER_PROCESS: only ROLE=all/);
    const production = { NODE_ENV: 'production', ...own, WORKER_PROCESS: 'true' };
    expect(() => readSettings(production)).toThrow(/^WORKER_PROCESS: this is for development/);
  });

  it('may hold no demo value in production', () => {
    const production = { NODE_ENV: 'production' };
    expect(() => readSettings(production)).toThrow(
      /^CUSTOMER_TOKENS, ADMIN_TOKEN, WEBHOOK_SECRET: with NODE_ENV/,
    );
    expect(readSettings({ ...production, ...own }).ADMIN_TOKEN).toBe('own-admin-token');
    for (const name of ['CUSTOMER_TOKENS', 'ADMIN_TOKEN', 'WEBHOOK_SECRET'] as const) {
      expect(() => readSettings({ ...production, ...own, [name]: undefined })).toThrow(
        new RegExp(`^${name}: with`),
      );
    }
    expect(() => readSettings({ ...production, ...own, CUSTOMER_TOKENS: 'eve:demo-bob' })).toThrow(
      /^CUSTOMER_TOKENS/,
    );
  });
});

describe('a duration', () => {
  it('is a whole number and a unit', () => {
    expect(['500ms', '20s', '30m', '2h', '7d'].map(parseDuration)).toEqual([
      500, 20_000, 1_800_000, 7_200_000, 604_800_000,
    ]);
    expect(['', '5', '1.5s', '-1s', '5 s', 's'].map(parseDuration)).toEqual(Array.from({ length: 6 }));
  });
});
