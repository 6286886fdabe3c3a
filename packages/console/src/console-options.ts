import type { Inspection, PostgresRunner } from '@countermand/runner-postgres';
import type { Authorize } from './principal.js';
import type { Redact } from './redact.js';

/** The part of a runner that the console uses. */
export type ConsoleRunner = Pick<
  PostgresRunner,
  'inspect' | 'changes' | 'get' | 'whatNext' | 'send' | 'retry' | 'skip' | 'park' | 'override' | 'ready'
>;

/** Where people come from, and go back to. */
export interface ConsoleHome {
  /** A path such as `/`, or an address that begins with `http://` or `https://`. */
  readonly href: string;
  /** What the link says. */
  readonly label: string;
}

/** What `createConsole` takes. */
export interface ConsoleOptions {
  /** Any runner that knows the sagas; it need not work. */
  readonly runner: ConsoleRunner;
  /**
   * Where lists and counts are read: `openReplica({ ... }).inspect` takes them off the primary, and shows what the
   * replica has. One saga, and what is done to it, are always the runner's. Left out: the runner.
   */
  readonly lists?: Pick<Inspection, 'search' | 'states'>;
  /** Who may see and do what. There is no console without it. */
  readonly authorize: Authorize;
  /** What is shown of contexts and payloads. Left out: all of it. */
  readonly redact?: Redact;
  /** The path under which browsers reach it; `/console` by default, an empty text for the root. */
  readonly basePath?: string;
  /** What stands at the top of the page; `Countermand` by default. */
  readonly title?: string;
  /** A link at the top, back to what the console belongs to. Left out: none. */
  readonly home?: ConsoleHome;
  /** Told of what goes wrong inside, which browsers aren't. Default: a line on stderr. */
  readonly onError?: (error: unknown) => void;
}

/** Options as they are used: all but the link back have a default. */
export type ConsoleParts = Required<Omit<ConsoleOptions, 'home'>> & Pick<ConsoleOptions, 'home'>;

/** Fills the options in. @throws TypeError that says what is missing, in one line */
export function checkConsoleOptions(options: ConsoleOptions): ConsoleParts {
  const { runner, authorize, redact = (value) => value, title = 'Countermand' } = options;
  const { basePath = '/console', onError = reportToStderr } = options;
  if (typeof authorize !== 'function') {
    throw new TypeError(
      'createConsole: authorize is missing; give a function that says who makes a request, or undefined for nobody',
    );
  }
  if (typeof runner?.inspect?.search !== 'function') {
    throw new TypeError('createConsole: runner must be one that createRunner() of runner-postgres has made');
  }
  if (!/^(\/[\w.~-]+)*$/.test(basePath)) {
    throw new TypeError(`createConsole: basePath must be a path such as /console, not '${basePath}'`);
  }
  const { lists = runner.inspect, home } = options;
  if (home && !(/^(https?:\/\/|\/(?!\/))/.test(home.href) && home.label)) {
    throw new TypeError(
      `createConsole: home must be { href, label }, with a path such as / or an http address, not '${home.href}'`,
    );
  }
  return { runner, lists, authorize, redact, title, basePath, onError, ...(home && { home }) };
}

function reportToStderr(error: unknown): void {
  process.stderr.write(`console: ${error instanceof Error ? error.stack : String(error)}\n`);
}
