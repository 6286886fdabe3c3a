import { stopOnSignals } from '@countermand-examples/service-kit';
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
  stopOnSignals(log, stop);
}
