import { createEmptyDatabase } from '@countermand/dev-postgres';
import { afterAll, beforeAll } from 'vitest';
import { type OrderDesk, openOrderDesk } from './order-desk.js';

/** Opens a desk on a database of its own before all tests of a file, hands it over, and closes it after them. */
export function deskBeforeAll(begin: (desk: OrderDesk) => Promise<void>): void {
  let close: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const database = await createEmptyDatabase();
    close = [() => database.drop()];
    const desk = await openOrderDesk(database.url);
    close = [() => desk.close(), ...close];
    await begin(desk);
  });
  afterAll(async () => {
    for (const step of close) await step();
  });
}
