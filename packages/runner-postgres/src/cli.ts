#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { messageOf } from '@countermand/saga-core';
import { checkCommand } from './check-command.js';
import { diagramCommand } from './diagram-command.js';
import { migrateCommand } from './migrate-command.js';

/** What each command does. It returns the exit code; what it throws is printed in one line. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  check: checkCommand,
  diagram: diagramCommand,
  migrate: migrateCommand,
};

const USAGE = `usage: countermand COMMAND [options]

  check MODULE [--export NAME] [--json | --mermaid]   prove the sagas that a module exports, or show what is wrong
  diagram MODULE [--export NAME]                      draw them as Mermaid
  migrate [--database URL] [--schema NAME]            create the tables or bring them up to date
`;

async function main(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: args.slice(0, 1), allowPositionals: true, strict: false });
  const [name = ''] = positionals;
  if (args.some((arg) => arg === '--help' || arg === '-h') || name === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command) return await command(args.slice(1));
  process.stderr.write(USAGE);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`countermand: ${messageOf(error)}\n`);
    process.exitCode = 1;
  },
);
