import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { freshDatabase, testPool } from '../test-support/migrated-database.js';
import { packEnvelope, unpackedEnvelope } from './packed-envelope.js';

const UUID = randomUUID();
const BOOKS = {
  ...{ obligations: [], visits: {}, runs: [], timers: [], deferred: [], kept: [], parked: [] },
  ...{ compensated: false, pivoted: false, seq: 1, published: 0, started: 0 },
};
const RUN = { id: 'a', left: false, awaiting: false, parked: false, answered: false };

const own = (id: string, saga: string, context: unknown, books: object = {}) => ({
  ...{ id, saga, version: 3, fingerprint: '22909c85065ab99f' },
  envelopeText: JSON.stringify({
    ...{ sagaId: id, saga, version: 3, fingerprint: '22909c85065ab99f', snapshot: { context } },
    ...BOOKS,
    ...books,
  }),
});

it.each([
  ['with its own id all over', own(UUID, 'order', { order: UUID, [UUID]: [`${UUID}:pay:1`] })],
  ['with steps in flight', own(UUID, 'order', null, { runs: [RUN, { ...RUN, left: true }, RUN] })],
  ['with something in its books', own(UUID, 'order', null, { timers: [{ id: 't' }], pivoted: true })],
  ['whose id is a number', own('1234567', 'order', { amount: 12345678, at: -1234567.5e7 })],
  ['whose id is a word of JSON', own('true', 'order', { true: true })],
  ['whose id is a letter', own('n', 'order', { text: 'one\ntwo', n: null })],
  ['whose id looks like an escape', own('u0001', 'order', { text: '\u0001\u0002\\u0001\u{1f600}\ud800' })],
  ['with our own words in its texts', own(UUID, 'order', { text: JSON.stringify({ ...BOOKS, ...RUN }) })],
  ['with our own books in its context', own(UUID, 'order', { ...BOOKS, ...RUN })],
  ['of a saga with a name of its own', own(UUID, `Grün "$&'\\`, {})],
  ['that is no envelope at all', { ...own(UUID, 'order', {}), envelopeText: '{}' }],
])('an envelope %s comes back as it was', async (_, write) => {
  const pool = testPool((await freshDatabase()).url);
  const { rows } = await pool.query<{ envelope: unknown }>(
    `select ${unpackedEnvelope('countermand', 's')} as envelope
     from (values ($1::text, $2::text, $3::int, $4::text, $5::text)) s(id, saga, version, fingerprint, envelope)`,
    [write.id, write.saga, write.version, write.fingerprint, packEnvelope(write)],
  );
  expect(JSON.stringify(rows[0]?.envelope)).toBe(write.envelopeText);
});

it('what every envelope says, and what its row says, takes no room', () => {
  const write = own(UUID, 'order', { order: UUID }, { runs: [RUN] });
  expect(packEnvelope(write)).toBe(
    '\u0004,"snapshot":{"context":{"order":"\u0001"}},"obligations":[],"visits":{},"runs":[{"id":"a",\u0003}]\u00021,"published":0,"started":0}',
  );
});
