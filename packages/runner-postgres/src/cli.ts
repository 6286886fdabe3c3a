#!/usr/bin/env node
import { messageOf, SagaError } from '@countermand/saga-core';
import { Command, CommanderError } from 'commander';
import { checkCommand } from './check-command.js';
import { NoConnection } from './db/connect-to.js';
import { diagramCommand } from './diagram-command.js';
import { diffCommand } from './diff-command.js';
import { doctorCommand } from './doctor-command.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { initCommand } from './init-command.js';
import { listCommand } from './list-command.js';
import { migrateCommand } from './migrate-command.js';
import { pruneCommand } from './prune-command.js';
import { retryCommand } from './retry-command.js';
import { showCommand } from './show-command.js';
import { skipCommand } from './skip-command.js';
import { whyTooOld } from './too-old-node.js';
import { upgradeCommand } from './upgrade-command.js';

const EXIT_CODES = `
Exit codes: 0 done, nothing to see to; 1 found something; 2 the command line or a setting is wrong; 3 nothing of that
name, or not in a state for that; 4 the database; 5 found something that must not go on as it is.
`;

/** One clear line for whatever is wrong with a command line. */
function complain(text: string): void {
  const [line = '', hint = ''] = text.replace(/^error: /, '').split('\n');
  process.stderr.write(`countermand: ${[line, hint].filter(Boolean).join(' ')}\n`);
}

function program(): Command {
  const root = new Command('countermand')
    .description('Durable XState statecharts on PostgreSQL')
    .usage('COMMAND [options]')
    .helpCommand('help [command]', 'tell more of a command')
    .configureHelp({ helpWidth: 110, subcommandTerm: (command) => command.name() })
    .addHelpText('after', EXIT_CODES);
  const commands = [
    ...[initCommand(), checkCommand(), diagramCommand(), migrateCommand(), doctorCommand()],
    ...[
      listCommand(),
      showCommand(),
      retryCommand(),
      skipCommand(),
      diffCommand(),
      upgradeCommand(),
      pruneCommand(),
    ],
  ];
  for (const command of commands) root.addCommand(command);
  for (const command of [root, ...commands]) {
    command.configureHelp({ ...command.configureHelp(), helpWidth: 110 });
    command.exitOverride().configureOutput({ outputError: complain }).helpOption('-h, --help', 'tell this');
  }
  return root;
}

async function main(args: readonly string[]): Promise<number> {
  const tooOld = whyTooOld(process.versions.node);
  if (tooOld !== undefined) {
    process.stderr.write(`countermand: ${tooOld}\n`);
    return EXIT.usage;
  }
  const root = program();
  if (args.length === 0) {
    process.stderr.write(root.helpInformation());
    return EXIT.usage;
  }
  try {
    await root.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    process.stderr.write(`countermand: ${lineOf(error)}\n`);
    return exitCodeOf(error);
  }
}

/** What can't be connected to gathers what it tried, without a message of its own. */
function lineOf(error: unknown): string {
  const text = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
  const line = text.replace(/\s*\n\s*/g, ' ');
  if (error instanceof SagaError || error instanceof NoConnection || exitCodeOf(error) !== EXIT.database)
    return line;
  return isUnreachable(error)
    ? `the database can't be reached: ${line}; look at --database or DATABASE_URL`
    : `the database: ${line}`;
}

/** No connection, or one that was refused: what Node says, and the classes 08, 28 and 3D of PostgreSQL. */
function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return error instanceof AggregateError || /^(E[A-Z_]+|08\w{3}|28\w{3}|3D\w{3})$/.test(code);
}

/**
 * Ends when all that was said has been written, whatever a module that was loaded still holds open: a server that
 * listens, a pool.
 */
function end(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

void main(process.argv.slice(2)).then(end);
