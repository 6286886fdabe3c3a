import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSettings } from './settings.ts';

it('the example of an .env file can be read, and names every setting', () => {
  const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line.includes('=') && !line.startsWith('#'));
  const example = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  const names = Object.keys(readSettings(example));
  expect(Object.keys(example)).toEqual(expect.arrayContaining(names));
});

it.each([
  ['SERVICES', 'orders,cats', 'use some of orders, inventory, payments, shipping, with commas'],
  ['MOCK_PAYMENT_FAILURE_RATE', '30', 'use a number from 0 to 1'],
  ['STREAMS', '2', 'use one or three'],
  ['RABBITMQ_URL', 'http://x', 'use an address such as amqp://user@host:5672'],
  ['CUSTOMER_TOKENS', 'alice', 'use CUSTOMER:TOKEN, several with commas'],
])('a setting that cannot be read stops the start and says what to use: %s', (name, value, why) => {
  expect(() => readSettings({ [name]: value })).toThrow(`${name}: ${why}`);
});

it('the published tokens are not taken in production', () => {
  expect(() => readSettings({ NODE_ENV: 'production' })).toThrow('CUSTOMER_TOKENS and ADMIN_TOKEN: ');
});
