import { type AnySaga, SagaError, type WhatNext, whatNext } from '@countermand/saga-core';
import type { Command } from 'commander';
import { answer, type DatabaseFlags, jsonCommand, wholeNumber, withDatabaseOptions } from './command-line.js';
import { withDatabase } from './connect-for-command.js';
import { findHistory, findSaga } from './db/find-sagas.js';
import { findUndelivered } from './db/find-undelivered.js';
import { loadSagas } from './load-sagas.js';
import { renderSaga, type ShownSaga } from './render-saga.js';
import { toView } from './saga-views.js';

interface ShowFlags extends DatabaseFlags {
  readonly module?: string;
  readonly history: string;
}

/** `countermand show`: what is stored of one saga; with its module, what it waits for and what would be undone, too. */
export function showCommand(): Command {
  return withDatabaseOptions(
    jsonCommand(
      'show ID [options]',
      'show one stored saga: where it is, its steps, what is open, its history',
    )
      .argument('<id>', "the saga's id")
      .option('--module <module>', 'the module of its definition: then what it waits for shows, too')
      .option('--history <number>', 'how many of the last lines of its history', '20'),
  ).action(async (id: string, flags: ShowFlags) => {
    const shown = await readSaga(id, flags);
    answer(flags.json, shown, () => renderSaga(shown, flags.module));
  });
}

/** @throws SagaError `SAGA_NOT_FOUND` */
async function readSaga(id: string, flags: ShowFlags): Promise<ShownSaga> {
  const lines = wholeNumber('--history', flags.history);
  const sagas = flags.module === undefined ? [] : await loadSagas(flags.module);
  return await withDatabase(flags, async (database) => {
    const found = await findSaga(database, database.names, id);
    if (!found) throw new SagaError('SAGA_NOT_FOUND', `no saga '${id}'`);
    const { stored } = found;
    const definition = sagas.find(({ name, version }) => name === stored.saga && version === stored.version);
    if (flags.module !== undefined && !definition)
      throw new SagaError(
        'SAGA_UNKNOWN',
        `${id} is of '${stored.saga}' version ${stored.version}, which ${flags.module} lacks`,
      );
    const after = Math.max(0, stored.envelope.seq - lines);
    const history = lines === 0 ? [] : await findHistory(database, database.names, id, { after });
    const open = stored.envelope.obligations.filter(({ certainty }) => certainty !== 'closed');
    return {
      ...toView(found, definition),
      open,
      undelivered: await findUndelivered(database, database.names, id),
      history,
      historyLength: stored.envelope.seq,
      ...(definition && { next: nextOf(definition, stored.envelope) }),
    };
  });
}

function nextOf(definition: AnySaga, envelope: Parameters<typeof whatNext>[1]): WhatNext {
  return whatNext(definition, envelope);
}
