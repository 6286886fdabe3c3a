import path from 'node:path';
import { pino } from 'pino';
import { claimFile } from './claim-file.ts';
import { startParticipants } from './participants-server.ts';
import { readSettings, SettingsError } from './settings.ts';

function refuseToStart(why: string): never {
  process.stderr.write(`participants: ${why}\n`);
  process.exit(1);
}

function settingsOrExit() {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof SettingsError) refuseToStart(error.message);
    throw error;
  }
}

const settings = settingsOrExit();
const log = pino({ level: settings.LOG_LEVEL, base: { service: 'participants' } });

const holder = claimFile(path.join(settings.PARTICIPANTS_DATA, 'participants.pid'));
if (holder !== process.pid) {
  refuseToStart(
    `${settings.PARTICIPANTS_DATA} is in use by process ${holder}; stop it or set PARTICIPANTS_DATA to another directory`,
  );
}

const running = await startParticipants(settings, log, (error) => {
  log.fatal({ err: error }, 'the journal could not be written');
  process.exit(1);
}).catch((error: unknown) => {
  const port = settings.PARTICIPANTS_PORT;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    refuseToStart(`port ${port} is taken; set PARTICIPANTS_PORT to another`);
  }
  throw error;
});

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  });
}
