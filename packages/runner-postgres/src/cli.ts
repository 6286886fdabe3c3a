#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { messageOf } from '@countermand/saga-core';
import { checkCommand } from './check-command.js';
import { diagramCommand } from './diagram-command.js';
import { diffCommand } from './diff-command.js';
import { migrateCommand } from './migrate-command.js';
import { pruneCommand } from './prune-command.js';
import { upgradeCommand } from './upgrade-command.js';

/** What each command does. It returns the exit code; what it throws is printed in one line. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  check: checkCommand,
  diagram: diagramCommand,
  migrate: migrateCommand,
  diff: diffCommand,
  upgrade: upgradeCommand,
  prune: pruneCommand,
};

const USAGE = `usage: countermand COMMAND [options]

  check MODULE [--export NAME] [--json | --mermaid]   prove the sagas that a module exports, or show what is wrong
        [--strict]                                    fail, too, where a bound was reached
  check --explain RULE                                what a rule means, a machine that breaks it, and the mend
  diagram MODULE [--export NAME]                      draw them as Mermaid
  diagram MODULE --live ID [--database URL]           draw where one stored saga is, what is ahead, what would be undone
  migrate [--database URL] [--schema NAME]            create the tables or bring them up to date
  diff MODULE [--export NAME] [--all] [--json]        say which live sagas can go on in the module's versions
  upgrade MODULE [--export NAME] [--all] [--json]     move them to those versions
  prune --finished-days N                             delete sagas that have been finished for longer, with their rows

diff, upgrade and prune take --database and --schema too; diff and upgrade leave settled sagas out unless --all is given.
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
