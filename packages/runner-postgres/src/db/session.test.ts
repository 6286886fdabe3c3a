import { expect, it } from 'vitest';
import { inTurn, type Session } from './session.js';

it('statements in turn never meet, and one that fails keeps none from coming', async () => {
  const seen: string[] = [];
  const session: Session = {
    async query<Row>(text: string) {
      seen.push(`begin ${text}`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`end ${text}`);
      if (text === 'bad') throw new Error('it failed');
      return [{ text }] as Row[];
    },
  };
  const turns = inTurn(session);
  const results = await Promise.allSettled(['one', 'bad', 'two'].map((text) => turns.query(text)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[2]).toMatchObject({ value: [{ text: 'two' }] });
  expect(seen).toEqual(['begin one', 'end one', 'begin bad', 'end bad', 'begin two', 'end two']);
});
