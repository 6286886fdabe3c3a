import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ownDatabase, testPool } from '../test-support/migrated-database.js';
import { describeSchema } from './describe-schema.js';
import { schemaNames } from './schema-name.js';
import { pgSession } from './session.js';

const file = path.resolve(import.meta.dirname, '../../schema.sql');

it('schema.sql is what the migrations make; UPDATE_SCHEMA=1 writes it anew', async () => {
  const { url } = await ownDatabase();
  const described = await describeSchema(pgSession(testPool(url)), schemaNames('countermand'));
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, described);
  expect(described).toBe(readFileSync(file, 'utf8'));
});
