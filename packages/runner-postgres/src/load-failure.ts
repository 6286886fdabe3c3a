import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, SagaError } from '@countermand/saga-core';

/**
 * What a user's own module threw while it was loaded, as an error in one line, with its place in the file as far as
 * that can be told. What the packages refused there says what it is about, and stays as it is.
 */
export function loadFailure(module: string, thrown: unknown): SagaError {
  if (thrown instanceof SagaError) return thrown;
  const { at, text } = whereAndWhat(thrown);
  const where = at === undefined ? '' : whereIn(module, at);
  return new SagaError('SETTING_INVALID', `${module} can't be loaded: ${where}${text}`, undefined, {
    cause: thrown,
  });
}

interface Failure {
  readonly at: string | undefined;
  readonly text: string;
}

function whereAndWhat(thrown: unknown): Failure {
  const message = messageOf(thrown);
  // As esbuild says which text it can't read.
  const [, place, unread] = /(\S+:\d+:\d+): ERROR: (.*)$/.exec(message) ?? [];
  if (unread !== undefined) return { at: place, text: unread };
  // As Node says what a file requires in vain.
  const [, absent, requiring] = /^(.*?) Require stack: - (\S+)/.exec(message) ?? [];
  if (absent !== undefined) return { at: requiring, text: absent };
  return { at: placeInStack(thrown), text: message.replace(/ imported from \S+$/, '') };
}

/** The first line of the stack that is in a file: where a dependency threw, the user's own line is further down. */
function placeInStack(thrown: unknown): string | undefined {
  const [, importing] = / imported from (\S+)$/.exec(messageOf(thrown)) ?? [];
  if (importing !== undefined) return importing;
  const lines = (thrown instanceof Error ? (thrown.stack ?? '') : '').split('\n');
  const places = lines.flatMap((line) => /[ (]((?:file:\/\/)?\/[^\s()]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? []);
  return places.find((at) => !at.includes('/node_modules/') && !at.includes(LOADER));
}

/** This command's own files, from which modules are loaded. */
const LOADER = path.dirname(fileURLToPath(import.meta.url));

/** `line 3: ` in the module itself, `sagas/trip.ts:3:12: ` in a file that it imports. */
function whereIn(module: string, at: string): string {
  const [, file = at, place = ''] = /^(.*?)((?::\d+)*)$/.exec(at) ?? [];
  const plain = file.replace(/\?.*$/, '');
  const absolute = plain.startsWith('file://') ? fileURLToPath(plain) : plain;
  const relative = path.relative('', absolute);
  if (absolute !== path.resolve(module))
    return `${relative.startsWith('..') ? absolute : relative}${place}: `;
  const [, line] = place.split(':');
  return line === undefined ? '' : `line ${line}: `;
}
