import pino, { type Logger } from 'pino';

/** The log of a process, one line of JSON each, to standard error. */
export function openLog(name: string, level: string): Logger {
  return pino({ name, level }, pino.destination(2));
}

/** Tells whoever has started this process that it serves, and where; and stops in good order when it is asked to. */
export function announce(
  log: Logger,
  ports: Readonly<Record<string, number>>,
  stop: () => Promise<void>,
): void {
  process.stdout.write(`${JSON.stringify({ ready: ports })}\n`);
  // Ctrl-C may come twice, from the terminal and from whoever has started this process: it is one wish.
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      log.info({ signal }, 'stopping');
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.fatal({ err: error }, 'could not stop in good order');
          process.exit(1);
        },
      );
    });
  }
}
