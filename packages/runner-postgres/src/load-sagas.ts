import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnySaga, SagaError } from '@countermand/saga-core';
import { hintAtTsx } from './hint-at-tsx.js';
import { loadFailure } from './load-failure.js';

/**
 * The sagas that a module exports: definitions, and what `create...Saga()` gives without arguments. The module is
 * a file, TypeScript too where tsx is installed, or a package's name.
 *
 * @param name - only these: the name of an export, or else a saga's own name, of which there may be several versions
 * @throws SagaError `SETTING_INVALID` where there is no such module, it can't be loaded, or no saga is in it; what
 * `defineSaga` refuses in it
 */
export async function loadSagas(module: string, name?: string): Promise<AnySaga[]> {
  const exported = Object.entries(await importModule(module));
  const made = (asked?: string) =>
    exported.flatMap(([key, value]) => sagaOf(key, value, key === asked).map((saga) => ({ key, saga })));
  const all = tryIn(module, () => made(name));
  const ofExport = all.filter(({ key }) => key === name);
  const wanted =
    name === undefined ? all : ofExport.length > 0 ? ofExport : all.filter(({ saga }) => saga.name === name);
  if (wanted.length > 0) return [...new Set(wanted.map(({ saga }) => saga))];
  if (all.length === 0)
    throw new SagaError('SETTING_INVALID', `${module} exports no saga; export what defineSaga returns`);
  const there = all.map(({ key, saga }) => (key === saga.name ? key : `${saga.name} (exported as ${key})`));
  throw new SagaError(
    'SETTING_INVALID',
    `${module} exports no saga '${name}'; there ${there.length === 1 ? 'is' : 'are'} ${there.join(', ')}`,
  );
}

async function importModule(module: string): Promise<object> {
  const file = path.resolve(module);
  const isThere = statSync(file, { throwIfNoEntry: false });
  if (isThere?.isDirectory())
    throw new SagaError('SETTING_INVALID', `${module} is a folder; name the file that exports the saga`);
  const url = isThere ? pathToFileURL(file).href : packageUrl(module);
  try {
    return await importUrl(module, url);
  } catch (thrown) {
    throw loadFailure(module, thrown);
  }
}

async function importUrl(module: string, url: string): Promise<object> {
  if (!/\.[cm]?tsx?$/.test(url)) return (await import(url)) as object;
  const tsx = await import('tsx/esm/api').catch(() => undefined);
  if (tsx) return (await tsx.tsImport(url, import.meta.url)) as object;
  try {
    // Without tsx Node itself leaves the types out, where it can.
    return (await import(url)) as object;
  } catch (thrown) {
    throw hintAtTsx(module, thrown);
  }
}

/** The user's own copy of a package, as an import of it there would find it. */
function packageUrl(module: string): string {
  try {
    return pathToFileURL(createRequire(path.resolve('package.json')).resolve(module)).href;
  } catch {
    const what = /^[./]|\.[cm]?[jt]sx?$/.test(module) ? 'file' : 'file or package';
    throw new SagaError('SETTING_INVALID', `there is no ${what} '${module}' here`);
  }
}

/** @throws SagaError what a function of the module's own throws, with the module's name */
function tryIn<Result>(module: string, work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    throw loadFailure(module, thrown);
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
