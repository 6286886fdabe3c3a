import { type JsonObject, SagaError, type SagaStatus, type SagaView } from '@countermand/saga-core';
import { type Command, Option } from 'commander';
import { answer, type DatabaseFlags, jsonCommand, wholeNumber, withDatabaseOptions } from './command-line.js';
import { withDatabase } from './connect-for-command.js';
import { listSagas } from './db/find-sagas.js';
import { cursorAfter, pageFilter } from './list-sagas.js';
import { toView } from './saga-views.js';
import { oneLine, textTable, timeText } from './text-table.js';

interface ListFlags extends DatabaseFlags {
  readonly status?: SagaStatus;
  readonly saga?: string;
  readonly state?: string;
  readonly attribute: readonly string[];
  readonly since?: string;
  readonly limit: string;
  readonly cursor?: string;
}

/** `countermand list`: stored sagas, newest first, a page at a time. */
export function listCommand(): Command {
  return withDatabaseOptions(
    jsonCommand('list [options]', 'list stored sagas, newest first')
      .addOption(
        new Option('--status <status>', 'only those').choices(['running', 'compensating', 'parked', 'rest']),
      )
      .option('--saga <name>', 'only sagas of this definition')
      .option('--state <state>', 'only those whose machine is in this state at its top')
      .option('--attribute <name=value...>', 'only those with these attributes', [])
      .option('--since <time>', 'only those that began later than this: ISO 8601')
      .option('--limit <number>', 'how many, 1 to 200', '50')
      .option('--cursor <cursor>', 'go on where a page ended'),
  ).action(async (flags: ListFlags) => {
    const page = await readPage(flags);
    answer(flags.json, page, () => renderPage(page));
  });
}

interface Page {
  readonly items: readonly SagaView[];
  readonly cursor: string | null;
}

async function readPage(flags: ListFlags): Promise<Page> {
  const { status, saga, state, cursor } = flags;
  const filter = pageFilter({
    limit: wholeNumber('--limit', flags.limit),
    ...(status !== undefined && { status }),
    ...(saga !== undefined && { saga }),
    ...(state !== undefined && { state }),
    ...(cursor !== undefined && { cursor }),
    ...(flags.attribute.length > 0 && { attributes: readAttributes(flags.attribute) }),
    ...(flags.since !== undefined && { createdAfter: readTime(flags.since) }),
  });
  return await withDatabase(flags, async (database) => {
    const found = await listSagas(database, database.names, filter);
    const items = found.slice(0, filter.limit - 1).map((one) => toView(one, undefined));
    return { items, cursor: cursorAfter(found, filter) ?? null };
  });
}

/** Values that are JSON are taken as such, `amount=5` is a number; others are texts. */
function readAttributes(pairs: readonly string[]): JsonObject {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || value === undefined)
        throw new SagaError('SETTING_INVALID', `--attribute must be name=value, not '${pair}'`);
      return [name, readValue(value)];
    }),
  );
}

function readValue(text: string): JsonObject[string] {
  try {
    return JSON.parse(text) as JsonObject[string];
  } catch {
    return text;
  }
}

function readTime(text: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new SagaError('SETTING_INVALID', `--since must be a time such as 2026-01-31T12:00Z, not '${text}'`);
}

function renderPage({ items, cursor }: Page): string {
  if (items.length === 0) return 'no saga is like that\n';
  const rows = items.map((view) => [
    view.id,
    `${view.saga} v${view.version}`,
    view.status,
    stateText(view.state),
    timeText(view.createdAt),
    oneLine(view.parked.map(({ code, message }) => `${code}: ${message}`).join('; '), 60),
  ]);
  const table = textTable([['ID', 'SAGA', 'STATUS', 'STATE', 'BEGAN (UTC)', 'PARKED BECAUSE'], ...rows]);
  return cursor === null ? table : `${table}more: --cursor ${cursor}\n`;
}

/** A state value in a few words: `PAYING`, `a.b`, `{ ... }` for regions. */
export function stateText(state: unknown): string {
  if (typeof state === 'string') return state;
  const entries = typeof state === 'object' && state !== null ? Object.entries(state) : [];
  const [only] = entries;
  if (entries.length === 1 && only) return `${only[0]}.${stateText(only[1])}`;
  return `{ ${entries.map(([name, inner]) => `${name}: ${stateText(inner)}`).join(', ')} }`;
}
