import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SagaError } from '@countermand/saga-core';
import type { Backend } from './read-backend.js';

/** A file to be written: its name, and what is in it. */
export interface NewFile {
  readonly name: string;
  readonly text: string;
}

const TEMPLATES = ['your-saga', 'your-adapters', 'your-saga.test'] as const;

/** The saga, its adapters and its test under a name, as this backend writes them. */
export function fillTemplates(
  name: string,
  backend: Pick<Backend, 'extension' | 'importExtension' | 'testModule'>,
): NewFile[] {
  const folder = fileURLToPath(new URL('../init-template', import.meta.url));
  return TEMPLATES.map((template) => {
    const text = readFileSync(path.join(folder, `${template}.ts`), 'utf8');
    const own = fill(text, name)
      .replace(/from '(\.\/[^']+)\.js'/g, `from '$1${backend.importExtension}'`)
      .replace("from 'vitest'", `from '${backend.testModule}'`);
    const file = `${template.replace('your', name)}${backend.extension}`;
    return { name: file, text: backend.extension === '.ts' ? own : withoutTypes(own) };
  });
}

function fill(text: string, name: string): string {
  const camelCase = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return text
    .replace(/\byour(?=Saga|Adapters)/g, camelCase)
    .replace(/\byour(?=-saga|-adapters)/g, name)
    .replace("'your'", `'${name}'`);
}

/** As a person would have written it without them. */
function withoutTypes(text: string): string {
  return text
    .replace(/^import type .*\n/gm, '')
    .replace(/^ {2}types: \{\n(?: {4}.*\n)* {2}\},\n/m, '')
    .replace(/ satisfies AdaptersFor<typeof \w+>/, '');
}

/**
 * Writes the files where none of them is, and no other way.
 *
 * @throws SagaError `SETTING_INVALID`
 */
export function writeNew(folder: string, files: readonly NewFile[]): string[] {
  const wanted = files.map(({ name, text }) => ({ file: path.join(folder, name), text }));
  const [there] = wanted.filter(({ file }) => existsSync(file));
  if (there) {
    const name = path.relative(process.cwd(), there.file);
    throw new SagaError(
      'SETTING_INVALID',
      `${name} is there already, and nothing was written; give another name: countermand init NAME`,
    );
  }
  mkdirSync(folder, { recursive: true });
  for (const { file, text } of wanted) writeFileSync(file, text, { flag: 'wx' });
  return wanted.map(({ file }) => file);
}
