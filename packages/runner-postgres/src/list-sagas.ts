import {
  assertJson,
  type JsonObject,
  SagaError,
  type SagaStatus,
  type SagaView,
} from '@countermand/saga-core';
import { assertPageTime } from './assert-page-time.js';
import { isPagePlace } from './is-page-place.js';
import type { FoundSaga, ListFilter } from './ports/saga-rows.js';

/** What `list` selects by. Everything given must hold. */
export interface ListOptions {
  readonly status?: SagaStatus;
  /** The saga definition's name. */
  readonly saga?: string;
  /** A top-level state. */
  readonly state?: string;
  /** Contained in the attributes, as jsonb's `@>` has it. */
  readonly attributes?: JsonObject;
  /** Milliseconds since the epoch; later than this. */
  readonly createdAfter?: number;
  /** Milliseconds since the epoch; earlier than this. */
  readonly createdBefore?: number;
  /** 1 to 200; 50 by default. */
  readonly limit?: number;
  /** From the page before. */
  readonly cursor?: string;
}

/** A page of sagas, newest first. */
export interface SagaPage {
  readonly items: readonly SagaView[];
  /** Leads to the next page; `undefined` on the last. May stand in a URL as it is. */
  readonly cursor: string | undefined;
}

const MAX_LIMIT = 200;

/** The filter of a page; one more is asked for than the page holds, which tells whether there is another. */
export function pageFilter(options: ListOptions): ListFilter {
  const { limit = 50, cursor, ...rest } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new SagaError('SETTING_INVALID', `limit must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  assertJson(rest, 'filter');
  assertPageTime('createdAfter', rest.createdAfter);
  assertPageTime('createdBefore', rest.createdBefore);
  return { ...rest, limit: limit + 1, ...(cursor !== undefined && { after: readCursor(cursor) }) };
}

/** The page's cursor: where the next one begins. */
export function cursorAfter(found: readonly FoundSaga[], filter: ListFilter): string | undefined {
  if (found.length < filter.limit) return undefined;
  const last = found[filter.limit - 2];
  if (!last) return undefined;
  return Buffer.from(JSON.stringify([last.createdAtText, last.stored.id])).toString('base64url');
}

function readCursor(cursor: string): { createdAt: string; id: string } {
  try {
    const [createdAt, id]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (isPagePlace(createdAt, id)) return { createdAt: String(createdAt), id: String(id) };
  } catch {
    // What isn't even JSON gets the same answer as any other cursor that isn't ours.
  }
  throw new SagaError('SETTING_INVALID', 'cursor must be one that a page gave');
}
