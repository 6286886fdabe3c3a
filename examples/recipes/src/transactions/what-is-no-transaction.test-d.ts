import type { CallerTransaction } from '@countermand/runner-postgres';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Knex } from 'knex';
import { expectTypeOf, it } from 'vitest';
import type { Prisma, PrismaClient } from './generated/client.ts';

it('the transactions of Knex and Prisma are transactions, and what they begin on is none', () => {
  expectTypeOf<Knex.Transaction>().toExtend<CallerTransaction>();
  expectTypeOf<Knex>().not.toExtend<CallerTransaction>();
  expectTypeOf<Prisma.TransactionClient>().toExtend<CallerTransaction>();
  expectTypeOf<PrismaClient>().not.toExtend<CallerTransaction>();
});

it("Drizzle's transaction is one, and its db is none", () => {
  type Tx = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];
  expectTypeOf<Tx>().toExtend<CallerTransaction>();
  expectTypeOf<NodePgDatabase>().not.toExtend<CallerTransaction>();
});
