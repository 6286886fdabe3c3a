import { expect, test } from 'vitest';
import { hintAtTsx } from './hint-at-tsx.js';

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

test('where Node reads no TypeScript, the command says what to install', () => {
  const thrown = failure('ERR_UNKNOWN_FILE_EXTENSION', 'Unknown file extension ".ts" for /sagas/trip.ts');
  expect(hintAtTsx('sagas/trip.ts', thrown)).toMatchObject({
    code: 'SETTING_INVALID',
    message: `sagas/trip.ts can't be loaded without tsx: Node ${process.versions.node} doesn't read TypeScript by itself; npm install --save-dev tsx`,
  });
});

test('where a file needs more than leaving the types out, it is said in one line what for', () => {
  const thrown = failure('ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'an enum\nis not supported');
  expect(hintAtTsx('trip.ts', thrown)).toMatchObject({
    message: "trip.ts can't be loaded without tsx: an enum is not supported; npm install --save-dev tsx",
  });
});

test('what the file itself throws stays as it is', () => {
  const thrown = new TypeError('no such seat');
  expect(hintAtTsx('trip.ts', thrown)).toBe(thrown);
  expect(hintAtTsx('trip.ts', 'thrown')).toBe('thrown');
});
