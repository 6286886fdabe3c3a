import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { isSignatureValid } from './webhook-signature.ts';

const secret = 'whsec_Zmlyc3Qtc2VjcmV0LW9mLXRoZS1zaG9w';
const other = 'whsec_c2Vjb25kLXNlY3JldC1vZi10aGUtc2hvcA==';
const now = Date.parse('2026-03-01T12:00:00Z');
const body = Buffer.from('{"type":"payment.succeeded"}');

function signed({ by = secret, at = now, id = 'msg_1', over = body } = {}) {
  const signature = new Webhook(by).sign(id, new Date(at), over);
  return { id, timestamp: String(Math.floor(at / 1_000)), signature };
}

describe('the signature of a webhook', () => {
  it('is valid as the reference library makes it, with any of the secrets, among several signatures', () => {
    expect(isSignatureValid([secret], signed(), body, now)).toBe(true);
    expect(isSignatureValid([other, secret], signed(), body, now)).toBe(true);
    const headers = signed();
    const several = { ...headers, signature: `v2,AAAA v1,AAAA ${headers.signature}` };
    expect(isSignatureValid([secret], several, body, now)).toBe(true);
  });

  it.each([
    ['300 s ago', -300, true],
    ['301 s ago', -301, false],
    ['300 s ahead', 300, true],
    ['301 s ahead', 301, false],
  ])('that is made %s (%d) is valid: %s', (_when, seconds, valid) => {
    expect(isSignatureValid([secret], signed({ at: now + seconds * 1_000 }), body, now)).toBe(valid);
  });

  it.each([
    ['another secret', { ...signed({ by: other }) }],
    ['another body', signed({ over: Buffer.from('{}') })],
    ['another id', { ...signed(), id: 'msg_2' }],
    ['another time', { ...signed(), timestamp: String(now / 1_000 - 1) }],
    ['a time that is none', { ...signed(), timestamp: `${now / 1_000}.0` }],
    ['no id', { ...signed(), id: undefined }],
    ['no time', { ...signed(), timestamp: undefined }],
    ['no signature', { ...signed(), signature: undefined }],
    ['another version only', { ...signed(), signature: signed().signature.replace('v1,', 'v2,') }],
    ['a signature that is cut short', { ...signed(), signature: signed().signature.slice(0, 20) }],
  ])('is refused with %s', (_what, headers) => {
    expect(isSignatureValid([secret], headers, body, now)).toBe(false);
  });

  it('covers the bytes as they came, not a text made of them', () => {
    const broken = Buffer.from([0x7b, 0xff, 0x7d]);
    const replaced = Buffer.from(broken.toString());
    expect(isSignatureValid([secret], signed({ over: replaced }), broken, now)).toBe(false);
  });
});
