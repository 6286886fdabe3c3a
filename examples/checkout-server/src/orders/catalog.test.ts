import { expect, it } from 'vitest';
import { CatalogReader } from './catalog.ts';

const never = () => Promise.withResolvers<never>().promise;

/** Participants that answer what is asked next, a clock that is set by hand, and no patience but where it is asked for. */
function readerOf({ isPatient = false } = {}) {
  const set = { nowMs: 0, answer: (): Promise<unknown> => Promise.resolve({ items: [{ sku: 'cup' }] }) };
  const client = { get: <Body>() => set.answer() as Promise<Body> };
  const patience = isPatient ? never : () => Promise.resolve();
  return { set, reader: new CatalogReader(client, () => set.nowMs, patience) };
}

const skusOf = async (reader: CatalogReader) => [...(await reader.read()).keys()];

it('an order can be priced at once while the participants answer nobody', async () => {
  const { set, reader } = readerOf();
  expect(await skusOf(reader)).toEqual(['cup']);
  set.nowMs = 5_000;
  set.answer = never;
  expect(await skusOf(reader)).toEqual(['cup']);
});

it('and while they answer with an error; for ten minutes', async () => {
  const { set, reader } = readerOf({ isPatient: true });
  await reader.read();
  set.answer = () => Promise.reject(new Error('down'));
  set.nowMs = 599_999;
  expect(await skusOf(reader)).toEqual(['cup']);
  set.nowMs = 600_001;
  await expect(reader.read()).rejects.toThrow('down');
});

it('who has never heard of anything waits for the answer', async () => {
  const { set, reader } = readerOf();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  set.answer = () => promise;
  const reading = skusOf(reader);
  resolve({ items: [{ sku: 'pot' }] });
  expect(await reading).toEqual(['pot']);
});

it('what is asked again after a second is what is known from then on', async () => {
  const { set, reader } = readerOf({ isPatient: true });
  await reader.read();
  set.answer = () => Promise.resolve({ items: [{ sku: 'pan' }] });
  expect(await skusOf(reader)).toEqual(['cup']);
  set.nowMs = 1_001;
  expect(await skusOf(reader)).toEqual(['pan']);
});
