import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signWebhook, verifyWebhook } from './webhook-signature.js';

const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const other = `whsec_${Buffer.from('another one, of 24 bytes!').toString('base64')}`;
const body = '{"type":"parcel.collected","note":"ä"}';
const now = Date.parse('2026-11-21T12:00:00Z');
const bytes = new TextEncoder().encode(body);
const verify = (headers: object, given: readonly string[] = [secret], raw: Uint8Array = bytes, at = now) =>
  verifyWebhook(given, new Headers(headers as Record<string, string>), raw, at);

describe('a webhook', () => {
  it('that is signed here is believed by the reference implementation, and the other way round', () => {
    const at = Date.now();
    expect(new Webhook(secret).verify(body, { ...signWebhook([secret], 'msg_1', at, body) })).toEqual(
      JSON.parse(body),
    );
    const signature = new Webhook(secret).sign('msg_1', new Date(now), body);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(now / 1_000),
      'webhook-signature': signature,
    };
    expect(verify(headers)).toBeUndefined();
  });

  it('is believed with any of the secrets while they are changed, on both sides', () => {
    expect(verify(signWebhook([secret], 'm', now, body), [other, secret])).toBeUndefined();
    expect(verify(signWebhook([other, secret], 'm', now, body), [secret])).toBeUndefined();
  });

  const signed = signWebhook([secret], 'msg_1', now, body);
  it.each<[string, string, object, Uint8Array?]>([
    ['without an id', 'headers_missing', { ...signed, 'webhook-id': '' }],
    ['with another id', 'signature_invalid', { ...signed, 'webhook-id': 'msg_2' }],
    ['without a signature', 'headers_missing', { ...signed, 'webhook-signature': '' }],
    [
      'with a signature of another version',
      'signature_invalid',
      { ...signed, 'webhook-signature': signed['webhook-signature'].replace('v1,', 'v1a,') },
    ],
    ['with a signature cut short', 'signature_invalid', { ...signed, 'webhook-signature': 'v1,AAAA' }],
    ['with a time that is no number', 'too_old_or_new', { ...signed, 'webhook-timestamp': '1e9' }],
    ['with another time', 'signature_invalid', { ...signed, 'webhook-timestamp': String(now / 1_000 + 1) }],
    ['with another body', 'signature_invalid', signed, new TextEncoder().encode(`${body} `)],
    [
      'with bytes that read the same',
      'signature_invalid',
      signed,
      new TextEncoder().encode(body.replace('ä', 'a\u0308')),
    ],
    ['signed by somebody else', 'signature_invalid', signWebhook([other], 'msg_1', now, body)],
  ])('%s is not believed (%s)', (_what, refusal, headers, raw = bytes) => {
    expect(verify(headers, [secret], raw)).toBe(refusal);
  });

  it('is believed for 300 s, either way', () => {
    for (const seconds of [-300, 300])
      expect(verify(signed, [secret], bytes, now + seconds * 1_000)).toBeUndefined();
    for (const seconds of [-301, 301])
      expect(verify(signed, [secret], bytes, now + seconds * 1_000)).toBe('too_old_or_new');
  });

  it.each([[[]], [['']], [['whsec_']], [['whsec_short']]])(
    'can not be signed with the secrets %j',
    (secrets) => {
      expect(() => signWebhook(secrets, 'm', now, body)).toThrow(TypeError);
    },
  );
});
