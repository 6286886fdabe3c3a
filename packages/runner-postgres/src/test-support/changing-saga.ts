import { compensate, defineSaga, publicEvent, type SagaMigrations, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

const work = step('work', {
  input: z.object({ n: z.number() }),
  output: z.object({ ok: z.string() }),
  declines: ['NO'],
  retry: { attempts: 3, initialDelayMs: 20, jitter: 0 },
});

/** A saga whose versions differ by the name of the state in which it waits, and by what they know of the ones before. */
export function changing(version: number, migrate?: SagaMigrations, waiting = 'WAITING') {
  const machine = setup({
    types: {
      context: {} as { n: number; moved: number },
      events: {} as { type: 'GO' | 'STOP' },
      input: {} as { n: number },
    },
    actors: { work, compensate },
    delays: { TTL: 3_600_000 },
  }).createMachine({
    context: ({ input }) => ({ n: input.n, moved: 0 }),
    initial: 'WORKING',
    states: {
      WORKING: {
        invoke: {
          id: 'job',
          src: 'work',
          input: ({ context }) => ({ n: context.n }),
          onDone: waiting,
          onError: 'FAILED',
        },
      },
      [waiting]: { after: { TTL: 'FAILED' }, on: { GO: 'DONE', STOP: 'FAILED' } },
      DONE: { tags: ['rest'] },
      FAILED: { tags: ['rest'] },
    },
  });
  return defineSaga({
    name: 'changing',
    version,
    machine,
    events: { GO: publicEvent({ schema: z.object({}) }), STOP: publicEvent({ schema: z.object({}) }) },
    ...(migrate && { migrate }),
  });
}

const moved = (context: object) => ({ ...context, moved: 1 });

export const changing1 = changing(1);

/** The second version, which knows how the first moves to it. */
export const changing2 = changing(2, { 1: { states: { WAITING: 'READY' }, context: moved } }, 'READY');

/** A second version that says nothing of the first. */
export const silent2 = changing(2, undefined, 'READY');

/** A second version that sends whoever waits back to work that it has done. */
export const backwards2 = changing(2, { 1: { states: { WAITING: 'WORKING' } } }, 'READY');

/** The first version, with another structure. */
export const twin1 = changing(1, undefined, 'READY');
