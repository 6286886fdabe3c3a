import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countermand } from './test-support/countermand.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A backend in a folder from which the packages of this repository can be imported. */
function backend(manifest: object | undefined, files: Readonly<Record<string, string>> = {}): string {
  const here = fileURLToPath(new URL('../node_modules/', import.meta.url));
  const folder = mkdtempSync(path.join(here, '.init-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (manifest) writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

const init = (cwd: string, ...args: string[]) => countermand(['init', ...args], {}, cwd);
const needed = { '@countermand/saga-core': '1', '@countermand/runner-postgres': '1', xstate: '5', zod: '4' };

/** Runs a test file as `node --test` does. */
function runTest(folder: string, file: string): { readonly passed: boolean; readonly out: string } {
  const flags = ['--conditions=@countermand/source', '--import', tsx, '--test', '--test-reporter=tap'];
  // Node's own test runner says nothing within a process that it believes to be one of its tests.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [...flags, file], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { passed: status === 0 && /^# pass 3$/m.test(stdout), out: stdout };
}

describe('countermand init', () => {
  it.each([
    ['JavaScript in CommonJS', { dependencies: needed }, {}, '.mjs'],
    ['TypeScript in CommonJS', { dependencies: needed }, { 'tsconfig.json': '{}' }, '.ts'],
    [
      'TypeScript that Node runs as it is',
      { type: 'module', dependencies: needed },
      { 'tsconfig.json': '{ "compilerOptions": { "allowImportingTsExtensions": true } }' },
      '.ts',
    ],
  ])('adds a saga, its adapters and a test that passes: %s', async (_what, manifest, files, extension) => {
    const folder = backend(manifest, files);
    const { out, err, code } = await init(folder, 'place-order');
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toContain(`wrote ${path.join('sagas', `place-order-saga${extension}`)}\n`);
    expect(new Set(readdirSync(path.join(folder, 'sagas')))).toEqual(
      new Set([
        `place-order-adapters${extension}`,
        `place-order-saga.test${extension}`,
        `place-order-saga${extension}`,
      ]),
    );
    const saga = readFileSync(path.join(folder, 'sagas', `place-order-saga${extension}`), 'utf8');
    expect(saga).toContain('export const placeOrderSaga = defineSaga({\n');
    expect(saga).not.toMatch(/your|[ \t]$/m);
    expect(saga.includes('types: {'), 'types').toBe(extension === '.ts');
    const { passed, out: report } = runTest(folder, path.join('sagas', `place-order-saga.test${extension}`));
    expect(passed, report).toBe(true);
  });

  it('says what comes next, with what is there and the tools that are used', async () => {
    const folder = backend(
      { type: 'module', dependencies: { zod: '4' }, devDependencies: { vitest: '5', typescript: '6' } },
      { 'pnpm-lock.yaml': '' },
    );
    const { out } = await init(folder, '--dir', 'app/flows', '--json');
    const { written, next } = JSON.parse(out) as { written: string[]; next: { command: string }[] };
    expect(written).toEqual([
      'app/flows/booking-saga.ts',
      'app/flows/booking-adapters.ts',
      'app/flows/booking-saga.test.ts',
    ]);
    expect(next.map(({ command }) => command.split('\n')[0])).toEqual([
      'pnpm add @countermand/saga-core @countermand/runner-postgres xstate',
      'npx vitest run app/flows/booking-saga.test.ts',
      'npx countermand check app/flows/booking-saga.ts',
      'DATABASE_URL=postgres://... npx countermand migrate',
      'const runner = createRunner({ // from @countermand/runner-postgres',
    ]);
    expect(readFileSync(path.join(folder, 'app/flows/booking-saga.test.ts'), 'utf8')).toContain(
      "import { it } from 'vitest';",
    );
  });

  it('never writes over what is there, and needs a package and a name', async () => {
    const folder = backend({ type: 'module' });
    await init(folder);
    const file = path.join(folder, 'sagas', 'booking-adapters.js');
    writeFileSync(file, '// mine\n');
    rmSync(path.join(folder, 'sagas', 'booking-saga.js'));
    expect(await init(folder)).toEqual({
      out: '',
      err: `countermand: ${path.join('sagas', 'booking-adapters.js')} is there already, and nothing was written; give another name: countermand init NAME\n`,
      code: 2,
    });
    expect(readFileSync(file, 'utf8')).toBe('// mine\n');
    expect(readdirSync(path.join(folder, 'sagas'))).toHaveLength(2);
    const [named, packed] = await Promise.all([init(folder, 'Not A Name'), init(backend(undefined))]);
    expect(named.err).toBe("countermand: 'Not A Name' is no name; use lower case and hyphens: place-order\n");
    expect(packed).toMatchObject({ code: 2, err: expect.stringContaining('there is no package.json in') });
  });
});
