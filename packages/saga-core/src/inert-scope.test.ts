import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { inertScope } from './inert-scope.js';

describe('the scope of a transition', () => {
  it('collects the actions of each microstep once, and nothing that XState puts in its place is kept', () => {
    const seen = new Set<unknown>();
    let look = (): unknown => undefined;
    const machine = setup({
      actions: {
        ring: () => undefined,
        look: assign(() => {
          look();
          return {};
        }),
      },
    }).createMachine({
      initial: 'off',
      states: {
        off: { on: { GO: { target: 'on', actions: ['look', 'ring'] } } },
        on: { entry: 'look', always: { target: 'over', actions: 'ring' } },
        over: {},
      },
    });
    const scope = inertScope(machine);
    const own = scope.actionExecutor;
    look = () => seen.add(scope.actionExecutor);
    const before = machine.getInitialSnapshot(scope);

    const after = machine.transition(before, { type: 'GO' }, scope);

    expect(after.value).toBe('over');
    expect(scope.actions.map(({ type }) => type)).toEqual(['ring', 'ring']);
    expect([...seen]).toEqual([own]);
  });
});
