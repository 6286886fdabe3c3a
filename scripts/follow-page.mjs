// Follows a page of the documents as a reader would: writes its files, runs its commands, compares what it says that
// they print. Comments before the blocks of the page say what each is:
//   file NAME                       the block is that file
//   replace "TEXT" in NAME          the block takes the place of that text
//   run | run, exits with N         the block's commands are run, one after the other
//   run in a terminal of its own    the block's command goes on in the background
//   prints | prints, in the end     lines of the output, in that order; in the end: asked again until they are there
//   set by the test                 environment that whoever follows the page has set already
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

const BLOCK = /<!-- ([^>]+?) -->\n\n```(\w*)\n([\s\S]*?)\n?```\n/g;
/** A killed process is taken over within 10 s; a machine with other work gets some more. */
const IN_THE_END_MS = 45_000;

/** The blocks of a page that have a comment, in order: `{ what, language, text }`. */
export function blocksOf(page) {
  return [...page.matchAll(BLOCK)].map(([, what, language, text]) => ({ what, language, text }));
}

/**
 * Follows the page in `folder`.
 *
 * @param rewrite - changes a command before it is run: the packed packages for their names, say
 * @throws Error that quotes the block which did otherwise than the page says
 */
export async function followPage(file, { folder, env, rewrite = (command) => command }) {
  const reader = { folder, env, rewrite, last: async () => '', background: [] };
  try {
    for (const block of blocksOf(readFileSync(file, 'utf8'))) {
      try {
        await follow(block, reader);
      } catch (error) {
        throw new Error(`${path.basename(file)}, <!-- ${block.what} -->:\n${block.text}\n${error.message}`);
      }
    }
  } finally {
    for (const child of reader.background) end(child);
  }
}

async function follow({ what, text }, reader) {
  const [, name] = /^file (\S+)$/.exec(what) ?? [];
  const [, before, within] = /^replace "(.+)" in (\S+)$/.exec(what) ?? [];
  const [, expected = '0'] = /^run, exits with (\d+)$/.exec(what) ?? [];
  if (name) return writeFileSync(path.join(reader.folder, name), `${text}\n`);
  if (within) return replaceIn(path.join(reader.folder, within), before, text.trim());
  if (what === 'run in a terminal of its own') return startInBackground(text, reader);
  if (what.startsWith('run')) {
    let output = await runCommands(text, expected, reader);
    let asked = false;
    reader.last = async () => {
      // The first time what it printed already; then the last of its commands is asked again.
      if (asked) output = await runCommands(text.split('\n').at(-1), expected, reader);
      asked = true;
      return output;
    };
    return;
  }
  if (what === 'prints') return compare(text, await reader.last());
  if (what === 'prints, in the end') return await compareInTheEnd(text, reader);
  if (what !== 'set by the test') throw new Error(`nobody knows what "${what}" means`);
}

function replaceIn(file, before, after) {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(before)) throw new Error(`${path.basename(file)} has no ${before}`);
  writeFileSync(
    file,
    text.replace(before, () => after),
  );
}

async function runCommands(text, expected, reader) {
  let printed = '';
  for (const line of text.split('\n')) {
    const command = reader.rewrite(line);
    const [, folder] = /^cd (\S+)$/.exec(command) ?? [];
    if (folder) {
      reader.folder = path.join(reader.folder, folder);
      continue;
    }
    const { code, output } = await ended(open(command, reader));
    if (String(code) !== expected) throw new Error(`${command} ended with ${code}\n${output}`);
    printed += output;
  }
  return printed;
}

function startInBackground(text, reader) {
  const child = open(`exec ${reader.rewrite(text)}`, reader);
  reader.background.push(child);
  reader.last = () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}\n${child.output()}`);
    return child.output();
  };
}

function open(command, { folder, env }) {
  const child = spawn('sh', ['-c', command], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  return Object.assign(child, { output: () => output });
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: child.output() }));
  });
}

function end(child) {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}

async function compareInTheEnd(text, reader) {
  const endsAt = Date.now() + IN_THE_END_MS;
  for (;;) {
    try {
      return compare(text, await reader.last());
    } catch (error) {
      if (Date.now() > endsAt) throw error;
    }
    await pause(100);
  }
}

/** Every line that the page shows is part of what was printed, in that order. */
function compare(text, printed) {
  // Colours, and how wide a column is, are not what a page is about.
  const plain = (line) => stripVTControlCharacters(line).replaceAll(/\s+/g, ' ').trim();
  const lines = printed.split('\n').map(plain);
  let from = 0;
  for (const wanted of text.split('\n').map(plain).filter(Boolean)) {
    const found = lines.findIndex((line, index) => index >= from && line.includes(wanted));
    if (found < 0) throw new Error(`it doesn't print, after line ${from}: ${wanted}\nIt prints:\n${printed}`);
    from = found + 1;
  }
}
