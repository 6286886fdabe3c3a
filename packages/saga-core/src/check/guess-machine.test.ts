import { expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { and, assign, createMachine, enqueueActions, not } from 'xstate';
import { guessMachine } from './guess-machine.js';

/** What the guards of a machine are called, in the order in which they stand. */
function calledIn(machine: unknown): string[] {
  const called: string[] = [];
  guessMachine(machine as AnyStateMachine, (_name, one) => {
    called.push(one);
    return () => false;
  });
  return called;
}

const yes = () => true;

test('a guard without a name is called by where it stands', () => {
  const machine = createMachine({
    on: { STOP: { guard: () => true } },
    initial: 'open',
    states: {
      open: {
        initial: 'waiting',
        states: {
          waiting: {
            on: { PAY: [{ guard: () => true }, { guard: () => true }, {}] },
            after: { 1000: { guard: () => true } },
            always: { guard: not(() => true) },
            invoke: {
              src: 'charge',
              onDone: { guard: and([() => true, () => true]) },
              onError: [{ guard: () => true }, {}],
            },
            onDone: { guard: () => true },
          },
        },
      },
    },
  });
  expect(calledIn(machine)).toEqual([
    'the guard of PAY in open.waiting (1st of 3)',
    'the guard of PAY in open.waiting (2nd of 3)',
    'the guard of after 1000 in open.waiting',
    'the guard of always in open.waiting, within not',
    'the guard of onDone in open.waiting',
    'the guard of onDone of charge in open.waiting, within and (1st of 2)',
    'the guard of onDone of charge in open.waiting, within and (2nd of 2)',
    'the guard of onError of charge in open.waiting (1st of 2)',
    'the guard of STOP at the top',
  ]);
});

test('one whose function has a name is called by that, unless another one has it too', () => {
  const moreThan = (limit: number) => {
    const isMore = ({ context }: { context: { amount: number } }) => context.amount > limit;
    return isMore;
  };
  const machine = createMachine({
    context: { amount: 1 },
    on: { A: { guard: yes }, B: { guard: yes }, C: { guard: moreThan(1) }, D: { guard: moreThan(2) } },
  } as never);
  expect(calledIn(machine)).toEqual(['yes', 'yes', 'isMore', 'isMore, the guard of D at the top']);
});

test('one that an action checks is called by the action', () => {
  const checksTwice = enqueueActions(({ check, enqueue }) => {
    if (check(() => true) && check(not(yes))) enqueue(assign({}));
  });
  const machine = createMachine({ initial: 'a', states: { a: { entry: checksTwice } } });
  const called: string[] = [];
  const guessed = guessMachine(machine as unknown as AnyStateMachine, (_name, one) => {
    called.push(one);
    return () => true;
  });
  guessed.getInitialSnapshot({} as never, undefined);
  expect(called).toEqual(['check 1 of the entry in a', 'yes']);
});
