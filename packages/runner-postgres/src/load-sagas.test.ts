import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSagas } from './load-sagas.js';

const support = fileURLToPath(new URL('./test-support', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'countermand-load-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A module of this text. */
function moduleOf(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const namesIn = async (module: string, name?: string) =>
  (await loadSagas(module, name)).map((saga) => `${saga.name} ${saga.version}`);

describe('the sagas of a module', () => {
  it('are found by the name of their export, and by their own', async () => {
    const module = moduleOf(
      'shop.ts',
      `export { leaking as leakingSaga } from '${support}/leaking-saga.ts';
       export { counting } from '${support}/counting-saga.ts';`,
    );
    expect(await namesIn(module)).toEqual(expect.arrayContaining(['leaking 1', 'counting 1']));
    expect(await namesIn(module, 'leakingSaga')).toEqual(['leaking 1']);
    expect(await namesIn(module, 'leaking')).toEqual(['leaking 1']);
    await expect(loadSagas(module, 'leakin')).rejects.toMatchObject({
      code: 'SETTING_INVALID',
      message: expect.stringMatching(
        /shop\.ts exports no saga 'leakin'; there are counting, leaking \(exported as leakingSaga\)$/,
      ),
    });
  });

  it('can not be found where there is no such file, or a folder', async () => {
    await expect(loadSagas('./missing.ts')).rejects.toMatchObject({
      code: 'SETTING_INVALID',
      message: "there is no file './missing.ts' here",
    });
    await expect(loadSagas('no-such-package')).rejects.toThrow(
      "there is no file or package 'no-such-package' here",
    );
    await expect(loadSagas(folder)).rejects.toThrow('is a folder; name the file that exports the saga');
  });

  it.each([
    ['unread', 'export const seat = {;', /unread\.ts can't be loaded: line 1: Expected identifier/],
    ['throws', '\nthrow new Error("no SHOP_URL");', /throws\.ts can't be loaded: line 2: no SHOP_URL$/],
    ['text', 'throw "no SHOP_URL"', /text\.ts can't be loaded: no SHOP_URL$/],
    [
      'alone',
      'import { seat } from "./seats.js"; export const one = seat;',
      /alone\.ts can't be loaded: Cannot find module '\.\/seats\.js'$/,
    ],
    ['nothing', 'export const seat = 1;', /nothing\.ts exports no saga; export what defineSaga returns$/],
    [
      'makes',
      'export function createSeatSaga() { throw new Error("which seat?"); }',
      /makes\.ts can't be loaded: line \d: which seat\?$/,
    ],
  ])('are told in one line to be missing where a module is %s', async (name, text, message) => {
    await expect(loadSagas(moduleOf(`${name}.ts`, text))).rejects.toMatchObject({
      code: 'SETTING_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('say themselves what is wrong with them', async () => {
    const module = moduleOf(
      'refused.ts',
      `import { SagaError } from '${fileURLToPath(new URL('../../saga-core/src/saga-error.ts', import.meta.url))}';
       throw new SagaError('DEFINITION_INVALID', "saga 'seat': no state is tagged 'rest'");`,
    );
    await expect(loadSagas(module)).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
      message: "saga 'seat': no state is tagged 'rest'",
    });
  });
});
