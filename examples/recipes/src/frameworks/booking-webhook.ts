import { webhookReceiver } from '@countermand/step-http';
import { z } from 'zod';
import type { Bookings } from '../open-bookings.ts';

const confirmation = z.object({ booking: z.string() });

/** Takes signed webhooks by which guests confirm, as a function from a web-standard request to a response. */
export function bookingWebhook(runner: Bookings, secret: string): (request: Request) => Promise<Response> {
  return webhookReceiver({
    source: 'guests',
    secrets: [secret],
    runner,
    read: ({ payload }) => ({ sagaId: confirmation.parse(payload).booking, event: { type: 'CONFIRMED' } }),
  });
}
