import { userInfo } from 'node:os';
import { SagaError } from '@countermand/saga-core';
import { Command, InvalidArgumentError, Option } from 'commander';
import { databaseUrl } from './connect-for-command.js';

/** Options that every command with a database has. */
export interface DatabaseFlags {
  readonly database?: string;
  readonly schema: string;
  readonly json?: true;
}

/** A command of the command line; all of them can write JSON. */
export function jsonCommand(usage: string, description: string): Command {
  return new Command(usage.split(' ')[0])
    .usage(usage.split(' ').slice(1).join(' '))
    .description(description)
    .option('--json', 'write JSON, for programs');
}

/** Adds where the tables are. */
export function withDatabaseOptions(command: Command): Command {
  return command
    .option('--database <url>', 'the database; default: what DATABASE_URL says')
    .option('--schema <name>', 'where the tables are', 'countermand');
}

/** Adds who does it. */
export function withActor(command: Command): Command {
  return command.addOption(
    new Option('--by <who>', 'who does it, for the history').default(osUser(), 'the user of this machine'),
  );
}

/** Adds why it is done; every act by hand has a reason. */
export function withReason(command: Command): Command {
  const reason = new Option('--reason <why>', 'why, for the history').makeOptionMandatory();
  return command.addOption(
    reason.argParser((text: string) => {
      if (text.trim() !== '') return text;
      throw new InvalidArgumentError('Say why.');
    }),
  );
}

function osUser(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    return 'cli';
  }
}

/** Writes what a command has found: as JSON where that is asked for, else as text. */
export function answer(json: true | undefined, value: unknown, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(value, undefined, 2)}\n` : text());
}

/** A number of an option. @throws SagaError `SETTING_INVALID` */
export function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new SagaError('SETTING_INVALID', `${name} must be a whole number, not '${text}'`);
}

/** Where a runner of a command connects to. */
export function connectionOf(flags: DatabaseFlags): { readonly connection: string; readonly schema: string } {
  return { connection: databaseUrl(flags), schema: flags.schema };
}
