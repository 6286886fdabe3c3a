import { findProgram } from './find-program.ts';

/** What each broker comes with: a program, and Debian's package of it. */
const PROGRAMS = { kafka: 'kcat', rabbitmq: 'rabbitmq-server' } as const;

/** A broker that can be started here. */
export type Broker = keyof typeof PROGRAMS;

/**
 * Whether tests of a broker are to run: this machine can start it, or `REQUIRE_BROKERS` is set, and then they fail
 * where it can't.
 */
export function hasBroker(broker: Broker): boolean {
  return process.env['REQUIRE_BROKERS'] !== undefined || programOf(broker) !== undefined;
}

/** The programs that are missing here. */
export function missingPrograms(): string[] {
  const brokers: Broker[] = ['kafka', 'rabbitmq'];
  return brokers.filter((broker) => !hasBroker(broker)).map((broker) => PROGRAMS[broker]);
}

/** The path of a broker's program. @throws Error that says what to install */
export function requireProgram(broker: Broker): string {
  const found = programOf(broker);
  if (found !== undefined) return found;
  throw new Error(`${PROGRAMS[broker]} is not installed: apt-get install ${PROGRAMS[broker]}`);
}

function programOf(broker: Broker): string | undefined {
  return findProgram(PROGRAMS[broker]);
}
