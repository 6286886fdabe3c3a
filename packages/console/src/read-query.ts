import type { SearchOptions } from '@countermand/runner-postgres';
import type { Json, JsonObject, SagaStatus } from '@countermand/saga-core';
import { ConsoleError } from './console-error.js';

/**
 * What `GET api/sagas` is asked for, as a search. Times are dates or milliseconds since the epoch; `within` is how many
 * milliseconds ago a saga may have been started.
 *
 * @throws ConsoleError
 */
export function readQuery(query: URLSearchParams): SearchOptions {
  const text = (name: string) => query.get(name)?.trim() || undefined;
  const [saga, state, cursor] = [text('type'), text('state'), text('cursor')];
  const status = query.getAll('status').filter((one) => one !== '') as SagaStatus[];
  const attributes = readAttributes(query.getAll('attribute'));
  const within = readTime(text('within'));
  const createdAfter = within === undefined ? readTime(text('after')) : Date.now() - within;
  const createdBefore = readTime(text('before'));
  const limit = text('limit');
  return {
    ...(status.length > 0 && { status }),
    ...(saga !== undefined && { saga }),
    ...(state !== undefined && { state }),
    ...(attributes && { attributes }),
    ...(createdAfter !== undefined && { createdAfter }),
    ...(createdBefore !== undefined && { createdBefore }),
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(cursor !== undefined && { cursor }),
  };
}

/** `customerId=alice`; a value that is JSON is taken as such, so that `"5"` is a text and `5` a number. */
function readAttributes(pairs: readonly string[]): JsonObject | undefined {
  const found = pairs
    .filter((one) => one.trim() !== '')
    .map((pair): [string, Json] => {
      const at = pair.indexOf('=');
      const name = pair.slice(0, at).trim();
      if (at < 1 || name === '') throw invalid(`attribute '${pair}': write name=value`);
      return [name, readValue(pair.slice(at + 1).trim())];
    });
  // Each becomes a property of its own, whatever it is called.
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

function readValue(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return value as Json;
  } catch {
    return text;
  }
}

/** A date, or milliseconds since the epoch. */
function readTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms)) throw invalid(`'${text}' is no date`);
  return ms;
}

function invalid(message: string): ConsoleError {
  return new ConsoleError(400, 'QUERY_INVALID', message);
}
