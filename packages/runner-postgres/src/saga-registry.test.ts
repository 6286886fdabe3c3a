import { defineSaga } from '@countermand/saga-core';
import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { SagaRegistry } from './saga-registry.js';
import { trip } from './test-support/trip-saga.js';

it('a saga whose adapters are left undefined has none here', () => {
  expect(new SagaRegistry([trip], { trip: undefined }).servedQueues).toEqual([]);
});

it('a saga whose queues would be those of subscriptions is refused', () => {
  const machine = setup({}).createMachine({ initial: 'A', states: { A: { tags: ['rest'] } } });
  const saga = defineSaga({ name: 'on', version: 1, machine, events: {} });
  expect(() => new SagaRegistry([saga], {})).toThrow(
    expect.objectContaining({ code: 'SETTING_INVALID', message: expect.stringContaining("called 'on'") }),
  );
});
