import { answers, sends } from '@countermand/step-messages';
import { z } from 'zod';
import { holdTable } from '../table-saga.ts';

/** What messages mean to a booking: by their type, a schema of the payload and what it says. */
export const tableRoutes = {
  'table.held': answers(holdTable, z.object({}), () => ({ output: {} })),
  'table.refused': answers(holdTable, z.object({ why: z.string() }), () => ({ declined: 'TAKEN' })),
  'guest.confirmed': sends(z.object({}), () => ({ type: 'CONFIRMED' })),
};
