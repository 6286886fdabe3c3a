import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { carryOut, foreseeAct } from './carry-out.js';
import { answerError, ConsoleError } from './console-error.js';
import { type ConsoleOptions, type ConsoleParts, checkConsoleOptions } from './console-options.js';
import { assertSameSite, readBody } from './guard-request.js';
import { hardenResponse } from './harden-response.js';
import { liveStream } from './live-stream.js';
import { PageFiles } from './page-files.js';
import { type ConsolePrincipal, checkPrincipal } from './principal.js';
import { readQuery } from './read-query.js';
import { machineAnswer, machinesAnswer, sagaAnswer, sagasAnswer } from './saga-answers.js';
import { StreamLimit } from './stream-limit.js';
import { watchFor } from './watch-for.js';
import type { MeAnswer } from './wire.js';

/** A console, ready to be mounted. */
export interface Console {
  /** Answers a request, whether its path still has the base path in front or a framework has taken it off. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The same for `node:http`, Express and Fastify's raw requests. What is before it must leave the body alone. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Ends the streams of changes, so that a server can stop. */
  close(): void;
}

/**
 * Makes a console for a runner.
 *
 * @throws TypeError without `authorize`: who may see and mend sagas is the caller's to say
 */
export function createConsole(options: ConsoleOptions): Console {
  const parts = checkConsoleOptions(options);
  const files = new PageFiles();
  const streams = new StreamLimit();
  const closing = new AbortController();
  const fetch = async (request: Request): Promise<Response> => {
    try {
      return hardenResponse(await answer({ parts, files, streams, closing: closing.signal }, request));
    } catch (error) {
      return hardenResponse(answerError(error, request, parts.onError));
    }
  };
  const listen = getRequestListener((request) => fetch(request), { overrideGlobalObjects: false });
  return {
    fetch,
    listener: async (request, response) => {
      await listen(request, response);
    },
    close: () => closing.abort(),
  };
}

/** What all requests share. */
interface Shared {
  readonly parts: ConsoleParts;
  readonly files: PageFiles;
  readonly streams: StreamLimit;
  readonly closing: AbortSignal;
}

async function answer(shared: Shared, request: Request): Promise<Response> {
  const { parts, files } = shared;
  const { basePath } = parts;
  const url = new URL(request.url);
  const path = url.pathname.startsWith(`${basePath}/`) ? url.pathname.slice(basePath.length) : url.pathname;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const [, asset] = /^\/assets\/([^/]+)$/.exec(path) ?? [];
  if (asset !== undefined && isRead) return await files.asset(request, asset);

  const given = await parts.authorize(request);
  if (given instanceof Response) return new Response(given.body, given);
  if (!given) throw new ConsoleError(401, 'UNAUTHENTICATED', 'Sign in to see this.');
  const principal = checkPrincipal(given);
  if (!principal.may.includes('read')) throw new ConsoleError(403, 'FORBIDDEN', 'You may not see this.');
  if (!path.startsWith('/api/')) {
    if (!isRead) throw new ConsoleError(405, 'METHOD_NOT_ALLOWED', 'There is only the page here.');
    return await files.page(request, basePath);
  }
  const parties = { ...shared, url, request, principal };
  return isRead ? await answerRead(parties, path.slice(5)) : await answerAct(parties, path.slice(5));
}

interface Parties extends Shared {
  readonly url: URL;
  readonly request: Request;
  readonly principal: ConsolePrincipal;
}

async function answerRead(parties: Parties, path: string): Promise<Response> {
  const { parts, url, request, principal, streams, closing } = parties;
  const { searchParams: query } = url;
  const [what, name, ...rest] = path.split('/').map(decoded);
  if (rest.length > 0) throw nothingHere();
  if (path === 'me') {
    const { title, home } = parts;
    return Response.json({ ...principal, title, ...(home && { home }) } satisfies MeAnswer);
  }
  if (path === 'live') {
    // Nobody would read the stream, and so nobody end it.
    if (request.method === 'HEAD') throw new ConsoleError(405, 'METHOD_NOT_ALLOWED', 'Ask for it with GET.');
    const signal = AbortSignal.any([request.signal, closing]);
    return liveStream(streams.admit(watchFor(parts, query, signal)));
  }
  if (path === 'sagas') {
    return Response.json(sagasAnswer(parts, await parts.lists.search(readQuery(query))));
  }
  if (path === 'machines') return Response.json(await machinesAnswer(parts));
  if (what === 'sagas' && name) return Response.json(await sagaAnswer(parts, name));
  if (what === 'machines' && name) {
    return Response.json(await machineAnswer(parts, name, query.get('version') ?? undefined));
  }
  throw nothingHere();
}

async function answerAct({ parts, request, principal }: Parties, path: string): Promise<Response> {
  const [, id, verb] = /^sagas\/([^/]+)\/(acts|foresee)$/.exec(path) ?? [];
  if (request.method !== 'POST' || id === undefined) throw nothingHere();
  assertSameSite(request);
  if (!principal.may.includes('act')) {
    throw new ConsoleError(403, 'FORBIDDEN', 'You may look, but not act.');
  }
  const sagaId = decoded(id);
  const body = await readBody(request);
  if (verb === 'foresee') return Response.json(await foreseeAct(parts, sagaId, body));
  return Response.json(await carryOut(parts, sagaId, body, principal.name));
}

/** A part of the path as it is meant. @throws ConsoleError 404 where it means nothing */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw nothingHere();
  }
}

function nothingHere(): ConsoleError {
  return new ConsoleError(404, 'NOT_FOUND', 'There is nothing here.');
}
