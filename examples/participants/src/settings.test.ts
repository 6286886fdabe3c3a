import { describe, expect, it } from 'vitest';
import { DEMO_WEBHOOK_SECRET } from './contract.ts';
import { readSettings } from './settings.ts';

describe('settings', () => {
  it('have defaults for everything, also where a value is empty', () => {
    const defaults = {
      PARTICIPANTS_PORT: 3001,
      HOST: '127.0.0.1',
      PARTICIPANTS_DATA: './.data/participants',
      WEBHOOK_SECRET: DEMO_WEBHOOK_SECRET,
      WEBHOOK_TARGET: 'http://127.0.0.1:3000',
      LATE_PAYMENT_DELAY: 20_000,
      MOCK_PAYMENT_FAILURE_RATE: 0.3,
      AUTO_FULFILMENT: true,
      FULFILMENT_DELAY: 3_000,
      LOG_LEVEL: 'info',
    };
    expect(readSettings({})).toEqual(defaults);
    expect(readSettings({ LOG_LEVEL: '', WEBHOOK_SECRET: '', PATH: '/bin' })).toEqual(defaults);
  });

  it.each([
    ['500ms', 500],
    ['20s', 20_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
  ])('read the duration %s', (text, ms) => {
    expect(readSettings({ LATE_PAYMENT_DELAY: text }).LATE_PAYMENT_DELAY).toBe(ms);
  });

  it('sign with the first of several secrets and send to an address without its last slash', () => {
    expect(
      readSettings({
        WEBHOOK_SECRET: 'whsec_bmV3, whsec_b2xk',
        WEBHOOK_TARGET: 'http://localhost:4000/',
        AUTO_FULFILMENT: 'false',
        MOCK_PAYMENT_FAILURE_RATE: '0',
        PARTICIPANTS_PORT: '0',
      }),
    ).toMatchObject({
      WEBHOOK_SECRET: 'whsec_bmV3',
      WEBHOOK_TARGET: 'http://localhost:4000',
      AUTO_FULFILMENT: false,
      MOCK_PAYMENT_FAILURE_RATE: 0,
      PARTICIPANTS_PORT: 0,
    });
  });

  it.each([
    ['PARTICIPANTS_PORT', '70000'],
    ['PARTICIPANTS_PORT', '3001a'],
    ['WEBHOOK_SECRET', 'secret'],
    ['WEBHOOK_SECRET', 'whsec_'],
    ['WEBHOOK_SECRET', 'whsec_bmV3,'],
    ['WEBHOOK_SECRET', 'whsec_n0t base64'],
    ['WEBHOOK_TARGET', 'localhost:3000'],
    ['WEBHOOK_TARGET', 'file:///etc/passwd'],
    ['LATE_PAYMENT_DELAY', '20'],
    ['LATE_PAYMENT_DELAY', '1.5s'],
    ['MOCK_PAYMENT_FAILURE_RATE', '1.1'],
    ['MOCK_PAYMENT_FAILURE_RATE', '-1'],
    ['MOCK_PAYMENT_FAILURE_RATE', 'often'],
    ['AUTO_FULFILMENT', 'yes'],
    ['LOG_LEVEL', 'loud'],
  ])('refuse %s=%s in one line that names it', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^${name}: [^\n]+$`));
  });
});
