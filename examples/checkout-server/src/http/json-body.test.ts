import { describe, expect, it } from 'vitest';
import { decodeUtf8, MAX_BODY_BYTES, parseJson, readBytes } from './json-body.ts';
import { Problem } from './problem.ts';

const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof Problem ? error.code : error;
  }
  return 'nothing thrown';
};

describe('a JSON body', () => {
  it('is taken when it is harmless', () => {
    expect(parseJson('{"a":[1,"\\ud83d\\ude00",null,{"b":true}]}')).toEqual({
      a: [1, '😀', null, { b: true }],
    });
  });

  it.each([
    ['malformed', '{"a":'],
    ['with a trailing comma', '{"a":1,}'],
    ['with __proto__', '{"__proto__":{"admin":true}}'],
    ['with constructor, deep inside', '{"a":[{"constructor":1}]}'],
    ['with a NUL character', '{"a":"x\\u0000"}'],
    ['with a NUL character in a key', '{"a\\u0000":1}'],
    ['with a lone surrogate', '{"a":"\\ud800"}'],
    ['with a number beyond all', '{"a":1e999}'],
    ['nested too deeply', `${'['.repeat(50)}${']'.repeat(50)}`],
  ])('is refused %s', (_what, text) => {
    expect(codeOf(() => parseJson(text))).toBe('BODY_INVALID');
  });

  it('must be UTF-8', () => {
    expect(codeOf(() => decodeUtf8(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('BODY_INVALID');
  });

  it('has at most 64 KB, announced or not', async () => {
    const post = (size: number) => new Request('http://x/', { method: 'POST', body: 'x'.repeat(size) });
    expect(await readBytes(post(MAX_BODY_BYTES))).toHaveLength(MAX_BODY_BYTES);
    await expect(readBytes(post(MAX_BODY_BYTES + 1))).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  });
});
