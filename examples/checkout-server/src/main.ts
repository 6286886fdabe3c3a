import type { Logger } from 'pino';
import { type CheckoutServer, startCheckoutServer } from './checkout-server.ts';
import { createLog } from './create-log.ts';
import { endWithServer, isSupervised, reportWorking } from './processes/supervised.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';
import { whyNoStart } from './start-error.ts';
import { welcome } from './welcome.ts';

function refuseToStart(why: string): never {
  process.stderr.write(`checkout-server: ${why}\n`);
  process.exit(1);
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof SettingsError) refuseToStart(error.message);
    throw error;
  }
}

/** A reason that a person can act on is one line; anything else is ours to mend, and shown whole. */
async function startOrExit(settings: Settings, log: Logger): Promise<CheckoutServer> {
  try {
    return await startCheckoutServer(settings, log);
  } catch (error) {
    const why = whyNoStart(error);
    if (why !== undefined) refuseToStart(why);
    throw error;
  }
}

if (isSupervised()) endWithServer();
const settings = settingsOrExit();
const log = createLog(settings);
const starting = startOrExit(settings, log);
/** Ctrl-C may reach this process more than once: from the terminal, and from whoever has started it. */
const SAME_SIGNAL_MS = 2_000;
let firstSignalAt: number | undefined;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (firstSignalAt !== undefined) {
      if (performance.now() - firstSignalAt > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    firstSignalAt = performance.now();
    log.info({ signal }, 'stopping');
    starting
      .then((server) => server.stop())
      .then(
        () => {
          log.info('stopped');
          process.exit(0);
        },
        (error: unknown) => {
          log.fatal({ err: error }, 'could not stop in good order');
          process.exit(1);
        },
      );
  });
}

const server = await starting;
log.info({ port: settings.PORT, role: settings.ROLE }, 'checkout server ready');
if (isSupervised()) reportWorking();
else process.stdout.write(welcome(settings, server.notes));
