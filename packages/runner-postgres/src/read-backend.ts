import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SagaError } from '@countermand/saga-core';

/** What the files of a backend are written in, how they import each other, and what runs its tests. */
export interface Backend {
  readonly hasSource: boolean;
  /** Of the files: `.ts`, `.js`, or `.mjs` in a package of CommonJS. */
  readonly extension: '.ts' | '.js' | '.mjs';
  /** What an import of a file of one's own ends in. */
  readonly importExtension: '.ts' | '.js' | '.mjs' | '';
  /** Where a test gets its `it` from. */
  readonly testModule: 'vitest' | '@jest/globals' | 'node:test';
  testCommand(file: string): string;
  /** The command that adds packages. */
  readonly install: string;
  readonly missing: readonly string[];
  readonly missingForTests: readonly string[];
}

const NEEDED = ['@countermand/saga-core', '@countermand/runner-postgres', 'xstate', 'zod'];
const MANAGERS = {
  'pnpm-lock.yaml': 'pnpm add',
  'yarn.lock': 'yarn add',
  'bun.lock': 'bun add',
  'package-lock.json': 'npm install',
} as const;

/** Reads what is there. @throws SagaError `SETTING_INVALID` where there is no package */
export function readBackend(folder: string): Backend {
  const manifest = readManifest(folder);
  const packages = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
  const tsconfig = path.join(folder, 'tsconfig.json');
  const isTypeScript = existsSync(tsconfig) || packages.has('typescript');
  const isModule = manifest.type === 'module';
  const extension = isTypeScript ? '.ts' : isModule ? '.js' : '.mjs';
  const importExtension = isTypeScript ? importOf(tsconfig, isModule) : extension;
  const testModule = packages.has('vitest')
    ? 'vitest'
    : packages.has('jest')
      ? '@jest/globals'
      : ('node:test' as const);
  const needsTsx = testModule === 'node:test' && isTypeScript && importExtension !== '.ts';
  return {
    hasSource: existsSync(path.join(folder, 'src')),
    ...{ extension, importExtension, testModule },
    testCommand: (file) => testCommand(testModule, needsTsx, file),
    install: managerOf(folder),
    missing: NEEDED.filter((name) => !packages.has(name)),
    missingForTests: needsTsx && !packages.has('tsx') ? ['tsx'] : [],
  };
}

interface Manifest {
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) {
    const todo = 'go to the folder of your backend, or make one by npm init';
    throw new SagaError('SETTING_INVALID', `there is no package.json in ${folder}; ${todo}`);
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch {
    throw new SagaError('SETTING_INVALID', `${file} is not JSON`);
  }
}

/** In CommonJS, imports go without an extension; where the compiler takes `.ts`, so does Node. */
function importOf(tsconfig: string, isModule: boolean): Backend['importExtension'] {
  const text = existsSync(tsconfig) ? readFileSync(tsconfig, 'utf8') : '';
  if (/"(allowImportingTsExtensions|rewriteRelativeImportExtensions)"\s*:\s*true/.test(text)) return '.ts';
  return isModule ? '.js' : '';
}

function testCommand(testModule: Backend['testModule'], needsTsx: boolean, file: string): string {
  if (testModule === 'vitest') return `npx vitest run ${file}`;
  if (testModule === '@jest/globals') return `npx jest ${file}`;
  return needsTsx ? `npx tsx --test ${file}` : `node --test ${file}`;
}

function managerOf(folder: string): string {
  const found = Object.entries(MANAGERS).find(([lockfile]) => existsSync(path.join(folder, lockfile)));
  return found ? found[1] : 'npm install';
}
