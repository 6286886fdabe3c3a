import type { EventInState } from '@countermand/saga-core';
import { expect, it } from 'vitest';
import { renderEvents } from './render-events.js';

const pair = (state: string, event: string, more: Partial<EventInState> = {}): EventInState => ({
  state,
  event,
  becomes: 'handled',
  guards: [],
  to: [],
  ...more,
});

it('tells under each state what becomes of every event, by which guards, and where it leads', () => {
  const pairs = [
    pair('waiting', 'PAY', { to: ['paying', 'failed'], guards: ['isOurs'], otherwise: 'deferred' }),
    pair('waiting', 'CANCEL', { to: ['undoing'] }),
    pair('undoing', 'PAY'),
    pair('undoing', 'CANCEL', { becomes: 'ignored' }),
  ];
  expect(renderEvents('trip 1', pairs).split('\n')).toEqual([
    'trip 1',
    '',
    'waiting',
    '  PAY     handled -> paying or failed, by isOurs; else deferred',
    '  CANCEL  handled -> undoing',
    '',
    'undoing',
    '  PAY     handled',
    '  CANCEL  ignored',
    '',
  ]);
});

it('says where a saga has no public events', () => {
  expect(renderEvents('trip 1', [])).toBe('trip 1: no public events\n');
});
