import { expect, test as it } from 'vitest';
import { idempotencyKey, isSagaId, parseIdempotencyKey, rowKey } from './saga-id.js';

it('a saga id is 1 to 128 characters that need no escaping anywhere', () => {
  for (const id of ['a', 'order-1', 'A.b_c~9', 'x'.repeat(128)]) expect(isSagaId(id)).toBe(true);
  for (const id of ['', 'a:b', 'a b', 'a/b', 'ä', 'x'.repeat(129), 'a\n']) expect(isSagaId(id)).toBe(false);
});

it('a number is no saga id, although it could be written as one', () => {
  expect(Reflect.apply(isSagaId, undefined, [7])).toBe(false);
});

it('a key is read back to the saga and the row that it was made of', () => {
  for (const id of [
    'reserve',
    'undo:seat.held:A:1',
    '0.(machine).a',
    'x:9',
    'undo:coupon.used:SOMMER€ 10 % "🎁"\\',
    'undo:coupon.used:of two\nlines:1',
  ]) {
    const key = rowKey(id, 3);
    expect(parseIdempotencyKey(idempotencyKey('order-1', key))).toEqual({ sagaId: 'order-1', key });
  }
});

it('a text that is no key is told apart', () => {
  for (const text of [
    '',
    'order-1',
    'order-1:',
    ':reserve:1',
    'order-1:reserve',
    'order-1:reserve:0',
    'a b:reserve:1',
    'order-1:re\0serve:1',
    'order-1:re\ud800serve:1',
    'order-1:re%00serve:1',
    'order-1:re%E2serve:1',
  ]) {
    expect(parseIdempotencyKey(text)).toBeUndefined();
  }
});

it('a key can stand in a header, in quotes too, whatever an obligation is named after', () => {
  const key = idempotencyKey('order-1', rowKey('undo:coupon.used:SOMMER€ 10 % "🎁"\\\n', 1));
  expect(key).toMatch(/^[!#-[\]-~]+$/);
  expect(new Headers({ 'idempotency-key': key }).get('idempotency-key')).toBe(key);
});
