import { describe, expect, test as it } from 'vitest';
import { createMachine } from 'xstate';
import { assertStateValue } from './state-value.js';

const { machine } = {
  machine: createMachine({
    id: 'm',
    initial: 'leaf',
    states: {
      leaf: {},
      tree: { initial: 'twig', states: { twig: {}, end: { type: 'final' } } },
      both: { type: 'parallel', states: { left: { initial: 'a', states: { a: {}, b: {} } }, right: {} } },
    },
  }),
};

describe('a stored state value', () => {
  it.each(['leaf', { tree: 'twig' }, { tree: 'end' }, { both: { left: 'a', right: {} } }] as const)(
    'may be %j',
    (value) => {
      expect(() => assertStateValue(machine, value)).not.toThrow();
    },
  );

  it.each([
    ['constructor', "m has no state 'constructor'"],
    ['__proto__', "m has no state '__proto__'"],
    ['nowhere', "m has no state 'nowhere'"],
    ['tree', "m needs to say where in 'tree' it is"],
    ['both', "m needs to say where in 'both' it is"],
    [{ tree: 'leaf' }, "m.tree has no state 'leaf'"],
    [{ leaf: 'deeper' }, "m.leaf is atomic and can't be in 'deeper'"],
    [{ tree: 'twig', leaf: {} }, 'm must be in exactly one state'],
    [{ both: { left: 'a' } }, "m.both lacks its region 'right'"],
    [{ both: { left: 'a', right: {}, third: {} } }, "m.both has no state 'third'"],
    [{}, 'm must be in exactly one state'],
    [null, 'm is neither text nor object'],
    [['leaf'], 'm is neither text nor object'],
    [7, 'm is neither text nor object'],
  ] as const)('may not be %j', (value, message) => {
    expect(() => assertStateValue(machine, value)).toThrow(`stored state value: ${message}`);
  });
});
