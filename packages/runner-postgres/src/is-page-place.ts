import { isSagaId } from '@countermand/saga-core';

/** As PostgreSQL writes a timestamp. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\d) ([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d)?$/;

/** Whether a cursor's place is one that a list can have given: what the database can't read is refused before it. */
export function isPagePlace(createdAt: unknown, id: unknown): boolean {
  if (typeof createdAt !== 'string' || typeof id !== 'string' || !isSagaId(id)) return false;
  const [, day] = TIMESTAMP.exec(createdAt) ?? [];
  if (day === undefined) return false;
  const date = new Date(`${day}T00:00:00Z`);
  // The 31st of February is none.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
