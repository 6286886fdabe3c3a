import { setTimeout as pause } from 'node:timers/promises';
import { adoptServer } from './adopt-server.ts';
import { urlOf } from './ask-server.ts';
import { choosePlace, type Place } from './choose-place.ts';
import { initDataDirectory, readPassword } from './init-data-directory.ts';
import { findFreePort, launchServer, type PostgresSettings } from './launch-server.ts';
import { isPostgres } from './read-postmaster-file.ts';
import { stopServer } from './stop-server.ts';

/** What a server is started with. */
export interface StartPostgresOptions {
  /** Holds the data, and keeps it from start to start. Made and filled when it isn't there. */
  readonly dataDir: string;
  /** Default: any free one, another at every start. */
  readonly port?: number;
  /** Added to the server's command line. An adopted server keeps what it was started with. */
  readonly settings?: PostgresSettings;
  /** Whether the server goes on when this process ends by itself. Default `false`. It survives a kill -9 anyhow. */
  readonly detached?: boolean;
  /** Milliseconds until a server that doesn't answer counts as failed; recovery after a crash takes its time. Default 60,000. */
  readonly timeoutMs?: number;
  /** Told, in one line, of anything unusual that was done. Default: standard error. */
  readonly onNotice?: (line: string) => void;
}

/** A server that answers. */
export interface PostgresServer {
  /** Of the database `postgres`, as superuser. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the data really is: elsewhere than asked for where root's directory can't be reached. */
  readonly dataDir: string;
  /** Whether the server was already running on this directory. */
  readonly adopted: boolean;
  /** Shuts the server down, also an adopted one. Never hangs, may be called twice, and when it is already dead. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL on a data directory, or adopts the one that still runs there, and returns when it
 * answers.
 *
 * It listens on the loopback address only, with a random password that lies in the data directory. As root it
 * runs as an unprivileged user, because PostgreSQL insists on that. The data survives a stop, and a kill -9 of
 * the server with what was committed.
 *
 * @throws Error with the end of the server's log when it can't be started
 */
export async function startPostgres(options: StartPostgresOptions): Promise<PostgresServer> {
  const { settings = {}, timeoutMs = 60_000, detached = false } = options;
  const place = choosePlace(
    options.dataDir,
    options.onNotice ?? ((line) => process.stderr.write(`${line}\n`)),
  );
  const fsync = settings['fsync'] ?? true;
  await initDataDirectory(place, { sync: fsync !== false && fsync !== 'off' });

  for (const endsAt = Date.now() + timeoutMs; ; await pause(100)) {
    const remainingMs = Math.max(1_000, endsAt - Date.now());
    const running = await adoptServer(place.dataDir, remainingMs);
    if (running) return serverAt(place, { ...running, adopted: true, detached });

    const port = options.port ?? (await findFreePort());
    const launch = await launchServer(place, port, settings, remainingMs);
    if (launch.outcome === 'answers') return serverAt(place, { ...launch, adopted: false, detached });

    const isFinal =
      launch.outcome === 'failed' || (launch.outcome === 'port taken' && options.port !== undefined);
    if (isFinal || Date.now() >= endsAt) {
      throw new Error(
        `PostgreSQL did not start on ${place.dataDir} (${launch.outcome}):\n${lastLines(launch.log)}`,
      );
    }
  }
}

function serverAt(
  place: Place,
  server: { pid: number; port: number; adopted: boolean; detached: boolean },
): PostgresServer {
  const { pid, port, adopted, detached } = server;
  const leaveAlone = detached ? () => undefined : endWithProcess(pid, place.dataDir);
  return {
    url: urlOf(port, readPassword(place.dataDir)),
    port,
    pid,
    dataDir: place.dataDir,
    adopted,
    async stop() {
      leaveAlone();
      await stopServer(pid, place);
    },
  };
}

/** By data directory: leaves the server that was started there last to itself when this process ends. */
const leaveAloneByDirectory = new Map<string, () => void>();

/** @returns takes it back */
function endWithProcess(pid: number, dataDir: string): () => void {
  // One server at a time has the directory: whichever was started there before is this one, or gone.
  leaveAloneByDirectory.get(dataDir)?.();
  const end = () => {
    // The id may belong to another process by now.
    if (!isPostgres(pid)) return;
    try {
      process.kill(pid, 'SIGINT');
    } catch {
      // It is gone, which is what was wanted.
    }
  };
  process.once('exit', end);
  const leaveAlone = () => void process.removeListener('exit', end);
  leaveAloneByDirectory.set(dataDir, leaveAlone);
  return leaveAlone;
}

function lastLines(log: string): string {
  return log.trimEnd().split('\n').slice(-15).join('\n');
}
