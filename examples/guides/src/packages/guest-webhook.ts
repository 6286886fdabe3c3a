import type { PostgresRunner } from '@countermand/runner-postgres';
import { webhookReceiver } from '@countermand/step-http';
import { z } from 'zod';

const confirmation = z.object({ booking: z.string() });

/** Takes signed webhooks by which guests confirm: from a web-standard request to a response. */
export const guestWebhook = (runner: Pick<PostgresRunner, 'send' | 'answer'>, secret: string) =>
  webhookReceiver({
    source: 'guests',
    secrets: [secret],
    runner,
    read: ({ payload }) => ({ sagaId: confirmation.parse(payload).booking, event: { type: 'CONFIRMED' } }),
  });
