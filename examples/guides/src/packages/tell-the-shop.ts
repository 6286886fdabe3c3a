import type { PostgresRunner } from '@countermand/runner-postgres';
import { webhookSender } from '@countermand/step-http';

/** Sends an order's own event, signed, to whoever asked to be told. */
export const tellTheShop = (runner: PostgresRunner, baseUrl: string, secrets: readonly string[]) =>
  runner.on('ORDER_CONFIRMED', { name: 'shop-webhook' }, webhookSender({ baseUrl, secrets }));
