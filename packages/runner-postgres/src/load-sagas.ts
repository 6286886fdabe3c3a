import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnySaga, messageOf, SagaError } from '@countermand/saga-core';
import { hintAtTsx } from './hint-at-tsx.js';

/**
 * The sagas that a module exports: definitions, and what `create...Saga()` gives without arguments. The module is
 * a file, TypeScript too where tsx is installed, or a package's name.
 *
 * @throws SagaError `SETTING_INVALID` where there is no such module or no saga in it; what the module itself throws
 */
export async function loadSagas(module: string, name?: string): Promise<AnySaga[]> {
  const exported = Object.entries(await importModule(module));
  const wanted = name === undefined ? exported : exported.filter(([key]) => key === name);
  const sagas = wanted.flatMap(([key, value]) => sagaOf(key, value, name !== undefined));
  if (sagas.length > 0) return [...new Set(sagas)];
  const what = name === undefined ? 'no saga' : `no saga named '${name}'`;
  throw new SagaError('SETTING_INVALID', `${module} exports ${what}; export what defineSaga returns`);
}

async function importModule(module: string): Promise<object> {
  const file = path.resolve(module);
  if (!existsSync(file)) return await importPackage(module);
  const url = pathToFileURL(file).href;
  if (!/\.[cm]?tsx?$/.test(file)) return (await import(url)) as object;
  const tsx = await import('tsx/esm/api').catch(() => undefined);
  if (tsx) return (await tsx.tsImport(url, import.meta.url)) as object;
  try {
    // Without tsx Node itself leaves the types out, where it can.
    return (await import(url)) as object;
  } catch (thrown) {
    throw hintAtTsx(module, thrown);
  }
}

async function importPackage(module: string): Promise<object> {
  try {
    const resolved = createRequire(path.resolve('package.json')).resolve(module);
    // The user's own copy of the package, as an import of it there would find it.
    return (await import(pathToFileURL(resolved).href)) as object;
  } catch (thrown) {
    throw new SagaError(
      'SETTING_INVALID',
      `there is no file or package '${module}' here: ${messageOf(thrown)}`,
    );
  }
}

function sagaOf(key: string, value: unknown, asked: boolean): AnySaga[] {
  if (isSaga(value)) return [value];
  const creates = typeof value === 'function' && value.length === 0 && (asked || /^create\w*Saga$/.test(key));
  const made: unknown = creates ? (value as () => unknown)() : undefined;
  return isSaga(made) ? [made] : [];
}

function isSaga(value: unknown): value is AnySaga {
  return typeof value === 'object' && value !== null && 'machine' in value && 'fingerprint' in value;
}
