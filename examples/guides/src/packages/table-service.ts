import { httpService, path } from '@countermand/step-http';
import { booking } from '../table-saga.ts';

/** The steps of a booking as HTTP calls of the service that holds tables. */
export const tableService = (baseUrl: string, token: () => string) =>
  httpService({ baseUrl, headers: () => ({ authorization: `Bearer ${token()}` }) }).steps(booking, {
    holdTable: {
      path: ({ table }) => path`/tables/${table}/hold`,
      body: ({ guest }) => ({ guest }),
      output: () => ({}),
    },
    freeTable: {
      method: 'DELETE',
      path: ({ table }) => path`/tables/${table}/hold`,
      output: () => ({}),
      on: { 404: () => ({}) }, // undoing nothing is fine
    },
    remindGuest: { path: '/reminders', body: ({ guest }) => ({ guest }), output: () => ({}) },
  });
