import { describe, expect, test } from 'vitest';
import { BROKEN } from '../test-support/check-corpus/broken-machines.js';
import { SOUND } from '../test-support/check-corpus/sound-machines.js';
import { type SoundMatchers, toBeSound } from './to-be-sound.js';

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends SoundMatchers<R> {}
}

expect.extend({ toBeSound });

describe('toBeSound', () => {
  test('passes for a sound saga', () => {
    expect(SOUND[0]).toBeSound();
  });

  test('fails for a broken one, and shows the way to what is wrong', () => {
    expect(BROKEN[0]?.saga).not.toBeSound();
    expect(() => expect(BROKEN[0]?.saga).toBeSound()).toThrow(/holdSeat: done .* -> B +open: seat:x/);
  });

  test('passes where a bound was reached, unless it is to be strict', () => {
    const counting = SOUND.find(({ name }) => name === 'subscription');
    expect(counting).toBeSound();
    expect(() => expect(counting).toBeSound({ strict: true })).toThrow('sound up to bounds');
    expect(SOUND[0]).toBeSound({ strict: true });
  });

  test('fails for what is no saga', () => {
    expect(() => expect({}).toBeSound()).toThrow('toBeSound takes a saga');
  });
});
