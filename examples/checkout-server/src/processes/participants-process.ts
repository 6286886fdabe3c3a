import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { identify, isAlive, type ProcessIdentity } from '@countermand-examples/participants/process-identity';
import { StartError } from '../start-error.ts';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;

/** What the participants are started with. */
export interface ParticipantsOptions {
  /** Holds their journal, their log, and what is needed to find them again. */
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  /** Their settings, by the names of environment variables. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Participants that answer. */
export interface RunningParticipants {
  readonly url: string;
  readonly pid: number;
  /** They were running already. */
  readonly adopted: boolean;
  stop(): Promise<void>;
}

interface Registration extends ProcessIdentity {
  readonly url: string;
  readonly settingsHash: string;
}

/**
 * Starts the participants as a process of their own, which goes on when this one is killed; or adopts those that
 * were started on the same directory before. Adopted ones that were told something else are stopped and started anew.
 *
 * @throws StartError with what they said when they don't start
 */
export async function startParticipants(options: ParticipantsOptions): Promise<RunningParticipants> {
  const { directory, host, port, settings } = options;
  mkdirSync(directory, { recursive: true });
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  const settingsHash = createHash('sha256')
    .update(JSON.stringify([url, settings]))
    .digest('hex');
  const known = readRegistration(directory);
  if (known && isAlive(known)) {
    if (known.settingsHash === settingsHash && (await answers(known))) return running(known, true);
    await stop(known);
  }
  const identity = await launch(options, url);
  const registration = { ...identity, url, settingsHash };
  writeFileSync(registrationFile(directory), JSON.stringify(registration));
  return running(registration, false);
}

function running(registration: Registration, adopted: boolean): RunningParticipants {
  const { url, pid } = registration;
  return { url, pid, adopted, stop: () => stop(registration) };
}

async function launch(
  { directory, host, port, settings }: ParticipantsOptions,
  url: string,
): Promise<ProcessIdentity> {
  const logFile = path.join(directory, 'participants.log');
  const log = openSync(logFile, 'a');
  const logStart = statSync(logFile).size;
  const main = fileURLToPath(import.meta.resolve('@countermand-examples/participants/main'));
  const child = spawn(process.execPath, [...loaderFlags(), main], {
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env['PATH'],
      ...settings,
      HOST: host,
      PARTICIPANTS_PORT: String(port),
      PARTICIPANTS_DATA: directory,
    },
  });
  closeSync(log);
  const exited = once(child, 'exit').then(
    () => true,
    () => true,
  );
  const { pid } = child;
  if (pid === undefined) throw new StartError('the participants could not be started: no process');
  const identity = identify(pid);
  const endsAt = performance.now() + START_TIMEOUT_MS;
  while (!(await answers({ ...identity, url }))) {
    const hasExited = await Promise.race([exited, pause(50, false)]);
    if (hasExited) throw new StartError(lastWords(logFile, logStart));
    if (performance.now() < endsAt) continue;
    child.kill('SIGKILL');
    throw new StartError(`the participants did not answer at ${url} within ${START_TIMEOUT_MS} ms`);
  }
  child.unref();
  return identity;
}

/** Those that this process reads TypeScript with, where it was given any. A debugger has one port, which is its own. */
function loaderFlags(): readonly string[] {
  const own = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
  return own.includes('--import') ? own : ['--import', import.meta.resolve('tsx')];
}

/** Whether exactly that process answers there. */
async function answers({ url, pid }: Pick<Registration, 'url' | 'pid'>): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000), redirect: 'error' });
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'pid' in body && body.pid === pid;
  } catch {
    return false;
  }
}

async function stop(registration: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isAlive(registration)) return;
    process.kill(registration.pid, signal);
    // One that somebody has suspended hears of it only when it goes on.
    if (process.platform !== 'win32') process.kill(registration.pid, 'SIGCONT');
    const endsAt = performance.now() + STOP_TIMEOUT_MS;
    while (isAlive(registration) && performance.now() < endsAt) await pause(50);
  }
}

function readRegistration(directory: string): Registration | undefined {
  try {
    return JSON.parse(readFileSync(registrationFile(directory), 'utf8')) as Registration;
  } catch {
    return undefined;
  }
}

function registrationFile(directory: string): string {
  return path.join(directory, 'participants.json');
}

function lastWords(logFile: string, from: number): string {
  const said = readFileSync(logFile).subarray(from).toString().trim().split('\n').at(-1);
  return said?.startsWith('participants: ') ? said : `the participants did not start; see ${logFile}`;
}
