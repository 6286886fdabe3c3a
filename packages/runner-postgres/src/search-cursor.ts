import { assertJson, type JsonObject, messageOf, SagaError, type SagaStatus } from '@countermand/saga-core';
import { assertPageTime } from './assert-page-time.js';
import type { Place } from './db/search-sagas.js';
import type { SearchOptions } from './inspection.js';
import { isPagePlace } from './is-page-place.js';

/** Where the next page begins: in which section, and after which saga of it. */
export interface SearchCursor {
  readonly section: number;
  readonly after: Place | undefined;
}

/** A search as it is carried out. */
export interface Search {
  /** Statuses that are shown one after the other. */
  readonly sections: readonly (readonly SagaStatus[])[];
  readonly saga?: string | undefined;
  readonly state?: string | undefined;
  readonly attributes?: JsonObject | undefined;
  readonly createdAfter?: number | undefined;
  readonly createdBefore?: number | undefined;
  readonly limit: number;
  readonly cursor: SearchCursor | undefined;
}

const MAX_LIMIT = 200;
const STATUSES: readonly SagaStatus[] = ['parked', 'compensating', 'running', 'rest'];

/** Whatever waits for a person, then everything else. */
const ALL: readonly (readonly SagaStatus[])[] = [['parked'], ['compensating', 'running', 'rest']];

/** Reads what a caller gives. @throws SagaError `SETTING_INVALID` */
export function readSearch({ status, limit = 50, cursor, ...rest }: SearchOptions): Search {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new SagaError('SETTING_INVALID', `limit must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  const unknown = status?.find((one) => !STATUSES.includes(one));
  if (unknown !== undefined) {
    throw new SagaError('SETTING_INVALID', `status must be among ${STATUSES.join(', ')}`);
  }
  assertAskable(rest);
  assertPageTime('createdAfter', rest.createdAfter);
  assertPageTime('createdBefore', rest.createdBefore);
  const sections = status ? STATUSES.filter((one) => status.includes(one)).map((one) => [one]) : ALL;
  return { ...rest, sections, limit, cursor: cursor === undefined ? undefined : readCursor(cursor) };
}

/** @throws SagaError `SETTING_INVALID` for what the database couldn't be asked: a NUL character, not a number */
function assertAskable(filter: unknown): void {
  try {
    assertJson(filter, 'search');
  } catch (error) {
    throw new SagaError('SETTING_INVALID', messageOf(error));
  }
}

/** A cursor as text that may stand in a URL. */
export function writeCursor({ section, after }: SearchCursor): string {
  return Buffer.from(JSON.stringify([section, after?.createdAt, after?.id])).toString('base64url');
}

function readCursor(cursor: string): SearchCursor {
  try {
    const [section, createdAt, id]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    // Where a page ends with its section, the next one begins at the top.
    if (createdAt === null && Number.isInteger(section))
      return { section: Number(section), after: undefined };
    if (isPagePlace(createdAt, id) && Number.isInteger(section)) {
      return { section: Number(section), after: { createdAt: String(createdAt), id: String(id) } };
    }
  } catch {
    // What isn't even JSON gets the same answer as any other cursor that isn't ours.
  }
  throw new SagaError('SETTING_INVALID', 'cursor must be one that a page gave');
}
