import { identify, isAlive, type ProcessIdentity } from '@countermand-examples/participants/process-identity';
import type { Logger } from 'pino';

const LOOK_EVERY_MS = 1_000;

interface Running {
  readonly pid: number;
  stop(): Promise<void>;
}

/** What is kept alive. */
export interface KeepAliveOptions {
  readonly name: string;
  readonly running: Running;
  /** Starts it again, where it was. */
  readonly restart: () => Promise<Running>;
  readonly log: Logger;
}

/** A process that is started again when it ends by itself. */
export interface KeptAlive {
  /** Of the one that runs, or ran last. */
  pid(): number;
  /** Stops looking, and the process. */
  stop(): Promise<void>;
}

/**
 * Looks once a second whether a process is still there, and starts it again when it isn't, with a line in the log:
 * the server can wait for it, and whoever works with it need not notice.
 */
export function keepAlive({ name, running, restart, log }: KeepAliveOptions): KeptAlive {
  let current = running;
  let identity: ProcessIdentity = identify(running.pid);
  let restarting: Promise<void> | undefined;

  const startAgain = async () => {
    log.warn({ pid: identity.pid }, `${name} ended by itself, and is started again`);
    try {
      current = await restart();
      identity = identify(current.pid);
      log.info({ pid: identity.pid }, `${name} runs again`);
    } catch (error) {
      log.error({ err: error }, `${name} could not be started again; the next try is in a second`);
    }
  };
  const look = setInterval(() => {
    if (restarting || isAlive(identity)) return;
    restarting = startAgain().finally(() => {
      restarting = undefined;
    });
  }, LOOK_EVERY_MS);
  look.unref();

  return {
    pid: () => current.pid,
    async stop() {
      clearInterval(look);
      await restarting;
      await current.stop();
    },
  };
}
