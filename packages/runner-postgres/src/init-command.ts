import path from 'node:path';
import { SagaError } from '@countermand/saga-core';
import type { Command } from 'commander';
import { answer, jsonCommand } from './command-line.js';
import { type Backend, readBackend } from './read-backend.js';
import { fillTemplates, writeNew } from './saga-templates.js';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

interface InitFlags {
  readonly dir?: string;
  readonly json?: true;
}

/** `countermand init`: adds a saga, its adapters and a test to the backend in this folder. Never overwrites. */
export function initCommand(): Command {
  return jsonCommand(
    'init [NAME] [options]',
    'add a saga, its adapters and a test to the backend in this folder',
  )
    .argument('[name]', 'of the saga: lower case, with hyphens', 'booking')
    .option('--dir <folder>', 'where to; default: src/sagas, or sagas where there is no src')
    .action((name: string, flags: InitFlags) => {
      if (!NAME.test(name))
        throw new SagaError(
          'SETTING_INVALID',
          `'${name}' is no name; use lower case and hyphens: place-order`,
        );
      const backend = readBackend(process.cwd());
      const folder = flags.dir ?? (backend.hasSource ? 'src/sagas' : 'sagas');
      const files = fillTemplates(name, backend);
      const written = writeNew(path.resolve(folder), files).map((file) => path.relative(process.cwd(), file));
      const next = nextSteps(name, backend, written);
      answer(flags.json, { written, next }, () => render(written, next));
    });
}

interface NextStep {
  readonly what: string;
  readonly command: string;
}

function nextSteps(name: string, backend: Backend, written: readonly string[]): NextStep[] {
  const [saga = '', , test = ''] = written;
  const { install, missing, missingForTests } = backend;
  const forDevelopment = /^(yarn|bun)/.test(install) ? '--dev' : '--save-dev';
  const installs = [
    ...(missing.length > 0 ? [`${install} ${missing.join(' ')}`] : []),
    ...(missingForTests.length > 0 ? [`${install} ${forDevelopment} ${missingForTests.join(' ')}`] : []),
  ];
  return [
    ...(installs.length > 0 ? [{ what: 'install what it needs', command: installs.join('\n') }] : []),
    { what: 'run its test', command: backend.testCommand(test) },
    { what: 'prove that no path leaves anything open', command: `npx countermand check ${saga}` },
    { what: 'make the tables', command: 'DATABASE_URL=postgres://... npx countermand migrate' },
    {
      what: 'run it, where your backend starts',
      command: [
        `const runner = createRunner({ // from @countermand/runner-postgres`,
        `  connection: process.env.DATABASE_URL ?? 'postgres://localhost/postgres', // or \`pool\`: yours, of pg`,
        `  sagas: [${camelCase(name)}Saga], adapters: { '${name}': ${camelCase(name)}Adapters } });`,
        'await runner.work();',
        `const { id } = await runner.start(${camelCase(name)}Saga, { item: 'book', account: 'ann', cents: 4900 });`,
      ].join('\n'),
    },
  ];
}

function render(written: readonly string[], next: readonly NextStep[]): string {
  const steps = next.map(({ what, command }, index) => {
    const lines = command.split('\n').map((line) => `     ${line}\n`);
    return `  ${index + 1}. ${what}:\n${lines.join('')}`;
  });
  return `${written.map((file) => `wrote ${file}\n`).join('')}\nnext:\n${steps.join('')}`;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
