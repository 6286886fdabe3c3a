import { missingPrograms } from './brokers.ts';

// Each project loads this file anew, all in one process: only the process can hold what they share.
const registry = globalThis as typeof globalThis & { countermandBrokersMissed?: boolean };

/** Vitest's global setup: says once, in one line, which tests are skipped for want of a broker. */
export default function setup(): void {
  const missing = missingPrograms();
  if (missing.length === 0 || registry.countermandBrokersMissed) return;
  registry.countermandBrokersMissed = true;
  process.stderr.write(
    `Skipped: tests that need ${missing.join(' or ')}, not installed here; .ci/install-brokers installs it\n`,
  );
}
