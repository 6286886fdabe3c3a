import { bookingWebhook } from '../../../../src/frameworks/booking-webhook.ts';
import { answering } from '../../../answering.ts';
import { bookings } from '../../../bookings.ts';

/** Takes the guests' confirmations. */
export const POST = answering((request) =>
  bookingWebhook(bookings(), process.env['WEBHOOK_SECRET'] ?? '')(request),
);
