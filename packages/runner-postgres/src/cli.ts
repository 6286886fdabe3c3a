#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { messageOf } from '@countermand/saga-core';
import { migrateCommand } from './migrate-command.js';

/** What each command does. It returns the exit code; what it throws is printed in one line. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  migrate: migrateCommand,
};

const USAGE = `usage: countermand COMMAND [options]

  migrate [--database URL] [--schema NAME]   create the tables or bring them up to date
`;

async function main(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: args.slice(0, 1), allowPositionals: true, strict: false });
  const [name = ''] = positionals;
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
