import path from 'node:path';
import { startPostgres } from '@countermand/dev-postgres';
import type { Logger } from 'pino';
import type { Settings } from '../settings.ts';
import { StartError } from '../start-error.ts';
import { type KeptAlive, keepAlive } from './keep-alive.ts';
import { lockDataDir } from './lock-data-dir.ts';
import { type RunningParticipants, startParticipants } from './participants-process.ts';

/** Where a server finds what it works with, and what it has started for that. */
export interface Surroundings {
  readonly databaseUrl: string;
  readonly participantsUrl: string;
  /** Their process, where this server has started or adopted it. */
  readonly participants: KeptAlive | undefined;
  /** For people: a line for each thing that was started or found. */
  readonly notes: readonly string[];
  /** Stops what was started or adopted, in the reverse order. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL and the participants, each unless its address is given. Both go on when this process is killed,
 * and are adopted by the next. One that ends while this process works is started again.
 *
 * @throws StartError
 */
export async function startSurroundings(settings: Settings, log: Logger): Promise<Surroundings> {
  const notes: string[] = [];
  const stops: (() => Promise<void>)[] = [];
  const started = { notes, stops, log };
  if (!settings.DATABASE_URL || !settings.PARTICIPANTS_URL) lockDataDir(settings.DATA_DIR);
  try {
    const databaseUrl = settings.DATABASE_URL ?? (await startDatabase(settings, started));
    const own = settings.PARTICIPANTS_URL ? undefined : await startOwnParticipants(settings, started);
    const participantsUrl = settings.PARTICIPANTS_URL ?? own?.url ?? '';
    return { databaseUrl, participantsUrl, participants: own?.process, notes, stop: () => stopAll(stops) };
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
}

/** Where what is started is noted. */
interface Started {
  readonly notes: string[];
  readonly stops: (() => Promise<void>)[];
  readonly log: Logger;
}

async function startDatabase({ DATA_DIR }: Settings, { notes, stops, log }: Started): Promise<string> {
  const onNotice = (line: string) => notes.push(line);
  const options = { dataDir: path.join(DATA_DIR, 'postgres'), detached: true, onNotice };
  const server = await startPostgres(options).catch((error: unknown) => {
    throw new StartError(error instanceof Error ? error.message : String(error));
  });
  // On the same port: the pool finds it again by itself.
  const restart = () => startPostgres({ ...options, port: server.port });
  const { stop } = keepAlive({ name: 'PostgreSQL', running: server, restart, log });
  stops.push(stop);
  notes.push(
    `PostgreSQL    ${server.adopted ? 'found' : 'started'} on port ${server.port}, data in ${server.dataDir}`,
  );
  return server.url;
}

async function startOwnParticipants(settings: Settings, { notes, stops, log }: Started) {
  const options = {
    directory: path.join(settings.DATA_DIR, 'participants'),
    host: settings.HOST,
    port: settings.PARTICIPANTS_PORT,
    settings: participantSettings(settings),
  };
  const participants = await startParticipants(options);
  const restart = () => startParticipants(options);
  const process = keepAlive({ name: 'the participants process', running: participants, restart, log });
  stops.push(process.stop);
  notes.push(describe(participants, settings));
  return { url: participants.url, process };
}

function participantSettings(settings: Settings): Record<string, string> {
  const host = settings.HOST === '0.0.0.0' ? '127.0.0.1' : settings.HOST;
  return {
    WEBHOOK_TARGET: settings.WEBHOOK_TARGET ?? `http://${host}:${settings.PORT}`,
    WEBHOOK_SECRET: settings.WEBHOOK_SECRET.join(','),
    LATE_PAYMENT_DELAY: `${settings.LATE_PAYMENT_DELAY}ms`,
    MOCK_PAYMENT_FAILURE_RATE: String(settings.MOCK_PAYMENT_FAILURE_RATE),
    AUTO_FULFILMENT: String(settings.AUTO_FULFILMENT),
    LOG_LEVEL: settings.LOG_LEVEL,
  };
}

function describe({ adopted, url }: RunningParticipants, { DATA_DIR }: Settings): string {
  return `participants  ${adopted ? 'found' : 'started'} at ${url}, journal in ${path.join(DATA_DIR, 'participants')}`;
}

async function stopAll(stops: readonly (() => Promise<void>)[]): Promise<void> {
  for (const stop of stops.toReversed()) await stop();
}
