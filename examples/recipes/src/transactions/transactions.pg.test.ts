import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { PrismaPg } from '@prisma/adapter-pg';
import { drizzle } from 'drizzle-orm/node-postgres';
import knex from 'knex';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bookings, openBookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';
import { bookWithDrizzle, confirmWithDrizzle } from './book-with-drizzle.ts';
import { bookWithKnex, confirmWithKnex } from './book-with-knex.ts';
import { bookWithKysely, confirmWithKysely, type Tables } from './book-with-kysely.ts';
import { bookWithPg, confirmWithPg } from './book-with-pg.ts';
import { bookWithPrisma, confirmWithPrisma } from './book-with-prisma.ts';
import { PrismaClient } from './generated/client.ts';

type Act = (id: string, guest: string) => Promise<void>;

interface Library {
  readonly book: Act;
  readonly confirm: Act;
  readonly end?: () => Promise<unknown>;
}

let database: TestDatabase;
let pool: pg.Pool;
let runner: Bookings;
const libraries: Record<string, Library> = {};

beforeAll(async () => {
  database = await createEmptyDatabase();
  const { url } = database;
  pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => undefined);
  await pool.query(
    `create table bookings (id text primary key, guest text not null check (guest <> 'nobody'))`,
  );
  runner = openBookings(url);
  await runner.migrate();
  await runner.work();

  libraries['pg'] = {
    book: (id, guest) => bookWithPg(pool, runner, id, guest),
    confirm: (id, guest) => confirmWithPg(pool, runner, id, guest),
  };
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  libraries['Kysely'] = {
    book: (id, guest) => bookWithKysely(kysely, runner, id, guest),
    confirm: (id, guest) => confirmWithKysely(kysely, runner, id, guest),
  };
  const drizzled = drizzle(pool);
  libraries['Drizzle'] = {
    book: (id, guest) => bookWithDrizzle(drizzled, runner, id, guest),
    confirm: (id, guest) => confirmWithDrizzle(drizzled, runner, id, guest),
  };
  const knexed = knex({ client: 'pg', connection: url });
  libraries['Knex'] = {
    book: (id, guest) => bookWithKnex(knexed, runner, id, guest),
    confirm: (id, guest) => confirmWithKnex(knexed, runner, id, guest),
    end: () => knexed.destroy(),
  };
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  libraries['Prisma'] = {
    book: (id, guest) => bookWithPrisma(prisma, runner, id, guest),
    confirm: (id, guest) => confirmWithPrisma(prisma, runner, id, guest),
    end: () => prisma.$disconnect(),
  };
});

afterAll(async () => {
  await runner?.stop();
  for (const { end } of Object.values(libraries)) await end?.();
  await pool?.end();
  await database?.drop();
});

describe.each(['pg', 'Kysely', 'Drizzle', 'Knex', 'Prisma'])('in a transaction of %s', (name) => {
  const library = () => libraries[name] as Library;
  const guestOf = async (id: string) =>
    (await pool.query('select guest from bookings where id = $1', [id])).rows[0]?.guest;

  it('a start and an event commit with the rows beside them', async () => {
    const id = `${name}-kept`;
    await library().book(id, 'ann');
    expect(await guestOf(id)).toBe('ann');
    await runner.waitFor(id, ({ state }) => JSON.stringify(state) === '{"held":"waiting"}');
    await library().confirm(id, 'ann, for sure');
    expect(await guestOf(id)).toBe('ann, for sure');
    await runner.waitFor(id, ({ state }) => state === 'confirmed');
  });

  it('a start rolls back with the rows beside it', async () => {
    const id = `${name}-lost`;
    await expect(library().book(id, 'nobody')).rejects.toThrow();
    expect(await guestOf(id)).toBeUndefined();
    expect(await runner.get(id)).toBeUndefined();
    expect(await runner.start(booking, { table: 't', guest: 'ben' }, { id })).toMatchObject({
      created: true,
    });
  });

  it('an event rolls back with the rows beside it', async () => {
    const id = `${name}-unsure`;
    await library().book(id, 'ann');
    await runner.waitFor(id, ({ state }) => JSON.stringify(state) === '{"held":"waiting"}');
    await expect(library().confirm(id, 'nobody')).rejects.toThrow();
    expect(await guestOf(id)).toBe('ann');
    // Comes after it, had there been anything.
    await runner.send(id, { type: 'CANCEL' });
    await runner.waitFor(id, ({ state }) => state === 'cancelled');
    expect((await runner.history(id)).map(({ event }) => event)).not.toContain('CONFIRMED');
  });
});
