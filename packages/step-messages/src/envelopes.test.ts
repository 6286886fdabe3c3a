import { describe, expect, it } from 'vitest';
import { cloudEvents } from './cloud-events.js';
import type { Envelope, Message } from './message.js';
import { plainEnvelope } from './plain-envelope.js';

const message: Message = {
  ...{ id: 'm-1', type: 'order.created', correlationId: 's-1', at: Date.UTC(2026, 0, 2, 3, 4, 5) },
  payload: { order_id: 'o-1' },
  idempotencyKey: 's-1:createOrder:1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

describe.each<[string, Envelope, string]>([
  ['plain', plainEnvelope, 'm-1'],
  ['CloudEvents', cloudEvents({ source: '/orders' }), '/orders m-1'],
])('the %s envelope', (_name, envelope, id) => {
  it('reads what it has written', () => {
    expect(envelope.decode(envelope.encode(message))).toEqual({ ...message, id });
  });

  it.each([
    ['no JSON', '{', 'the body is not JSON'],
    ['a list', '[]', 'the body is not a JSON object'],
    ['a NUL character', '{"type":"a\\u0000"}', 'NUL'],
    ['a key that reaches a prototype', '{"type":"a","payload":{"__proto__":{}}}', '__proto__'],
  ])('refuses %s in one line', (_what, body, why) => {
    expect(() => envelope.decode({ body, headers: {} })).toThrow(why);
  });
});

it('the plain envelope has four fields', () => {
  expect(JSON.parse(plainEnvelope.encode(message).body)).toEqual({
    type: 'order.created',
    correlation_id: 's-1',
    timestamp: '2026-01-02T03:04:05.000Z',
    payload: { order_id: 'o-1' },
  });
});

it.each([
  ['a correlation id that no saga has', { correlation_id: 'a b' }, "correlation_id must be a saga's id"],
  ['a time that is none', { timestamp: 'yesterday' }, 'timestamp must be a time'],
  ['a payload that is a list', { payload: [] }, 'payload must be a JSON object'],
  ['no type', { type: '' }, 'type must be a text'],
])('the plain envelope refuses %s', (_what, wrong, why) => {
  const body = JSON.stringify({ ...JSON.parse(plainEnvelope.encode(message).body), ...wrong });
  expect(() => plainEnvelope.decode({ body, headers: {} })).toThrow(why);
});

it('copies of a plain message without an id have the same one, other messages another', () => {
  const { body } = plainEnvelope.encode(message);
  const { body: other } = plainEnvelope.encode({ ...message, at: message.at + 1 });
  const idOf = (text: string) => plainEnvelope.decode({ body: text, headers: {} }).id;
  expect(idOf(body)).toBe(idOf(body));
  expect(idOf(body)).not.toBe(idOf(other));
});

it('CloudEvents of another version are refused', () => {
  const envelope = cloudEvents({ source: '/orders' });
  const { body } = envelope.encode(message);
  expect(() => envelope.decode({ body: body.replace('"1.0"', '"0.3"'), headers: {} })).toThrow('only 1.0');
});
