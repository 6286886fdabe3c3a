import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { MadeSnapshot } from './made-snapshot.js';
import { enter, restore, store } from './xstate-seam.js';

describe('a snapshot that was made here', () => {
  const machine = createMachine({ context: { seats: 3 }, initial: 'open', states: { open: {} } });
  const stored = store(machine, enter(machine, undefined).live, new Map());

  it('knows what it was made of, and is not restored again', () => {
    expect(MadeSnapshot.liveOf(stored)).toBeDefined();
    expect(restore(machine, stored)).toBe(MadeSnapshot.liveOf(stored));
  });

  it('shows nobody what it was made of', () => {
    const shown = { context: { seats: 3 }, value: 'open', status: 'active', children: {} };
    expect({ ...stored }).toStrictEqual(shown);
    expect(JSON.parse(JSON.stringify(stored))).toStrictEqual(shown);
    expect(structuredClone(stored)).toStrictEqual(shown);
    expect(MadeSnapshot.liveOf(structuredClone(stored))).toBeUndefined();
  });
});
