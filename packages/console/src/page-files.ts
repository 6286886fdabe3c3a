import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ConsoleError } from './console-error.js';

/** Where the page is built to; the same from the sources and from what is built. */
const FOLDER = new URL('../dist/app/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
};

interface File {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer>;
}

/** The files of the page, each read and compressed once. */
export class PageFiles {
  readonly #files = new Map<string, Promise<File | undefined>>();

  /** One of the page's assets. Their names change with what is in them, so that they may be kept for ever. */
  async asset(request: Request, name: string): Promise<Response> {
    const file =
      /^[\w.-]+$/.test(name) && !name.startsWith('.') ? await this.#find(`assets/${name}`) : undefined;
    if (!file) throw new ConsoleError(404, 'NOT_FOUND', 'There is no such file.');
    return answerFile(request, file, 'public, max-age=31536000, immutable');
  }

  /** The page itself, with the path that it is reached under. */
  async page(request: Request, basePath: string): Promise<Response> {
    const file = await this.#find('index.html');
    if (!file) {
      const where = fileURLToPath(FOLDER);
      throw new ConsoleError(
        500,
        'NOT_BUILT',
        `The console's page is not built: there is nothing in ${where}.`,
      );
    }
    const html = new TextDecoder()
      .decode(file.plain)
      .replace('<base href="/" />', `<base href="${basePath}/">`);
    const plain = new TextEncoder().encode(html);
    return answerFile(request, { type: file.type, plain, zipped: await zip(plain) }, 'no-cache');
  }

  #find(path: string): Promise<File | undefined> {
    const known = this.#files.get(path);
    if (known) return known;
    const found = readPageFile(path);
    this.#files.set(path, found);
    // What is missing now may be built in a moment.
    found.then(
      (file) => file ?? this.#files.delete(path),
      () => this.#files.delete(path),
    );
    return found;
  }
}

async function readPageFile(path: string): Promise<File | undefined> {
  try {
    const plain = new Uint8Array(await readFile(new URL(path, FOLDER)));
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    return { type, plain, zipped: await zip(plain) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function zip(plain: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await promisify(gzip)(plain));
}

function answerFile(request: Request, { type, plain, zipped }: File, cache: string): Response {
  const isZipped = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
  return new Response(isZipped ? zipped : plain, {
    headers: {
      'content-type': type,
      'cache-control': cache,
      vary: 'accept-encoding',
      ...(isZipped && { 'content-encoding': 'gzip' }),
    },
  });
}
