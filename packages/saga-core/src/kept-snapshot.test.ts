import { describe, expect, test as it } from 'vitest';
import { assign } from 'xstate';
import { begin, decide } from './decide.js';
import type { Envelope } from './envelope.js';
import type { AnySaga } from './saga-definition.js';
import { sagaOf } from './test-support/saga-of.js';
import { throughJson } from './testing/stored-saga.js';

const kept = { tags: ['rest'] } as const;

/** Both come from the same decision: one stays in memory, the other is stored and read back. */
function decideBoth(saga: AnySaga, ...types: readonly string[]) {
  let memory: Envelope = begin(saga, { sagaId: 's', input: undefined, at: 0, actor: 'a' }).envelope;
  let stored = throughJson(memory);
  for (const [index, type] of types.entries()) {
    const cause = {
      type: 'event' as const,
      messageId: `m${index}`,
      event: { type },
      actor: 'a',
      accepted: false,
    };
    memory = decide(saga, memory, cause, 0).envelope;
    stored = throughJson(decide(saga, throughJson(stored), cause, 0).envelope);
  }
  return { memory: throughJson(memory), stored };
}

describe('a snapshot that is kept in memory decides like one that was stored', () => {
  it('where a property of the context is undefined', () => {
    const saga = sagaOf(
      {
        context: { a: 1 },
        initial: 'first',
        states: {
          first: { ...kept, on: { GO: { target: 'second', actions: assign({ a: () => undefined }) } } },
          second: {
            ...kept,
            on: {
              GO: [
                { guard: ({ context }: { context: object }) => 'a' in context, target: 'known' },
                { target: 'unknown' },
              ],
            },
          },
          known: kept,
          unknown: kept,
        },
      },
      { events: ['GO'] },
    );
    const { memory, stored } = decideBoth(saga, 'GO', 'GO');
    expect(memory).toEqual(stored);
    expect(memory.snapshot.value).toBe('unknown');
  });

  it('where a child that has answered is entered again under its id', () => {
    const saga = sagaOf(
      {
        context: {},
        initial: 'on',
        states: {
          on: { invoke: { id: 'r', src: 'reserve', input: { seat: 'A' } }, on: { GO: 'off' } },
          off: { ...kept, on: { GO: 'on' } },
        },
      },
      { events: ['GO'] },
    );
    const { memory, stored } = decideBoth(saga, 'GO', 'GO', 'GO');
    expect(memory).toEqual(stored);
  });

  it('where two sagas spawn children under one systemId', () => {
    const saga = sagaOf(
      {
        context: {},
        initial: 'on',
        states: {
          on: {
            invoke: { id: 'r', systemId: 'one', src: 'reserve', input: { seat: 'A' } },
            on: { GO: 'off' },
          },
          off: kept,
        },
      },
      { events: ['GO'] },
    );
    expect(() => [decideBoth(saga, 'GO'), decideBoth(saga, 'GO')]).not.toThrow();
  });
});

describe('a context', () => {
  it('with what looks like a reference to an actor is kept as it is', () => {
    const ref = { xstate$$type: 1, id: 'r' };
    const saga = sagaOf(
      { context: { ref }, initial: 'a', states: { a: { ...kept, on: { GO: 'b' } }, b: kept } },
      { events: ['GO'] },
    );
    const { memory, stored } = decideBoth(saga, 'GO');
    expect(memory.snapshot.context).toEqual({ ref });
    expect(stored.snapshot.context).toEqual({ ref });
  });
});

it('a machine whose context needs its input takes transitions without asking for it again', () => {
  let asked = 0;
  const saga = sagaOf(
    {
      context: () => {
        asked += 1;
        return {};
      },
      initial: 'a',
      states: { a: { ...kept, on: { GO: 'b' } }, b: { ...kept, on: { GO: 'a' } } },
    },
    { events: ['GO'] },
  );
  decideBoth(saga, 'GO', 'GO', 'GO');
  expect(asked).toBe(1);
});
