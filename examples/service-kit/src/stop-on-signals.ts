/** As much of a logger as an end needs; pino is one. */
interface Log {
  info(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

/** Ends this process in good order when it is asked to: with 0, or with 1 when `stop` fails. */
export function stopOnSignals(log: Log, stop: () => Promise<void>): void {
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
