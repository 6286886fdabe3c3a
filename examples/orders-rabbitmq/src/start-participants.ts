import type { Logger } from 'pino';
import type { Connection } from 'rabbitmq-client';
import { INVENTORY_EVENTS, PAYMENT_EVENTS, STREAMS } from './rabbit/streams.ts';
import { startInventory } from './services/inventory.ts';
import { startPayments } from './services/payments.ts';
import { startShipping } from './services/shipping.ts';
import type { Service, Settings } from './settings.ts';

/** What participants stand on. */
export interface ParticipantsGround {
  readonly connection: Connection;
  readonly databases: Readonly<Record<Service, string>>;
  readonly log: Logger;
  /** Their replies come twice and out of order. */
  readonly isDisorderly?: boolean;
}

/** Starts those participants that the settings name; what they serve over HTTP has an address then. */
export async function startParticipants(settings: Settings, ground: ParticipantsGround) {
  const { connection, databases, log, isDisorderly = false } = ground;
  const parts = (name: Service) => ({ name, connection, databaseUrl: databases[name], log, isDisorderly });
  const startsFromStream = settings.STREAMS === 'three';
  const stream = (exchange: string, names: Readonly<Record<string, string>>) =>
    startsFromStream ? { stream: { exchange, names } } : {};
  const runs = (service: Service) => settings.SERVICES.includes(service);
  const inventory = runs('inventory')
    ? await startInventory(
        { ...parts('inventory'), ...stream(STREAMS.inventory, INVENTORY_EVENTS) },
        settings.INVENTORY_PORT,
      )
    : undefined;
  const payments = runs('payments')
    ? await startPayments(
        { ...parts('payments'), ...stream(STREAMS.payments, PAYMENT_EVENTS) },
        {
          port: settings.PAYMENTS_PORT,
          failureRate: settings.MOCK_PAYMENT_FAILURE_RATE,
        },
      )
    : undefined;
  const shipping = runs('shipping')
    ? await startShipping(parts('shipping'), { startsFromStream })
    : undefined;
  return {
    inventoryUrl: inventory?.url ?? settings.INVENTORY_URL ?? '',
    paymentsUrl: payments?.url ?? settings.PAYMENTS_URL ?? '',
    inventory,
    payments,
    async stop() {
      await Promise.all([inventory?.stop(), payments?.stop(), shipping?.stop()]);
    },
  };
}
