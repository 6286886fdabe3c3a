import type { Logger } from 'pino';
import type { Connection } from 'rabbitmq-client';
import { startInventory } from './services/inventory.ts';
import { startPayments } from './services/payments.ts';
import { startShipping } from './services/shipping.ts';
import type { Service, Settings } from './settings.ts';

/** What participants stand on. */
export interface ParticipantsGround {
  readonly connection: Connection;
  readonly databases: Readonly<Record<Service, string>>;
  readonly log: Logger;
  readonly copies?: number;
}

/** Starts those participants that the settings name; what they serve over HTTP has an address then. */
export async function startParticipants(settings: Settings, ground: ParticipantsGround) {
  const { connection, databases, log, copies = 1 } = ground;
  const parts = (name: Service) => ({ name, connection, databaseUrl: databases[name], log, copies });
  const runs = (service: Service) => settings.SERVICES.includes(service);
  const inventory = runs('inventory')
    ? await startInventory(parts('inventory'), settings.INVENTORY_PORT)
    : undefined;
  const payments = runs('payments')
    ? await startPayments(parts('payments'), {
        port: settings.PAYMENTS_PORT,
        failureRate: settings.MOCK_PAYMENT_FAILURE_RATE,
      })
    : undefined;
  const shipping = runs('shipping') ? await startShipping(parts('shipping')) : undefined;
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
