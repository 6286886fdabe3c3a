import type { Kysely, Transaction } from 'kysely';
import type pg from 'pg';
import { expectTypeOf, it } from 'vitest';
import type { CallerTransaction } from './index.js';

it('a transaction of Kysely is one, whatever its tables, and so is a client of pg', () => {
  expectTypeOf<Transaction<{ orders: { id: string } }>>().toExtend<CallerTransaction>();
  expectTypeOf<pg.PoolClient>().toExtend<CallerTransaction>();
  expectTypeOf<pg.Client>().toExtend<CallerTransaction>();
});

it('a pool is none, nor is Kysely outside of a transaction', () => {
  expectTypeOf<pg.Pool>().not.toExtend<CallerTransaction>();
  expectTypeOf<Kysely<unknown>>().not.toExtend<CallerTransaction>();
});
