import type { Logger } from 'pino';
import type { Connection } from 'rabbitmq-client';
import { INVENTORY_EVENTS, PAYMENT_EVENTS, STREAMS } from './rabbit/streams.ts';
import { startInventory } from './services/inventory.ts';
import type { Participant } from './services/participant.ts';
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

/** Starts those participants that the settings name, or none; what they serve over HTTP has an address then. */
export async function startParticipants(settings: Settings, ground: ParticipantsGround) {
  const { connection, databases, log, isDisorderly = false } = ground;
  const parts = (name: Service) => ({ name, connection, databaseUrl: databases[name], log, isDisorderly });
  const startsFromStream = settings.STREAMS === 'three';
  const stream = (exchange: string, names: Readonly<Record<string, string>>) =>
    startsFromStream ? { stream: { exchange, names } } : {};
  const started: Participant[] = [];
  const stop = async () => void (await Promise.all(started.map((one) => one.stop())));
  const startIf = async <One extends Participant>(service: Service, start: () => Promise<One>) => {
    if (!settings.SERVICES.includes(service)) return undefined;
    const one = await start();
    started.push(one);
    return one;
  };
  try {
    const inventory = await startIf('inventory', () =>
      startInventory(
        { ...parts('inventory'), ...stream(STREAMS.inventory, INVENTORY_EVENTS) },
        settings.INVENTORY_PORT,
      ),
    );
    const payments = await startIf('payments', () =>
      startPayments(
        { ...parts('payments'), ...stream(STREAMS.payments, PAYMENT_EVENTS) },
        { port: settings.PAYMENTS_PORT, failureRate: settings.MOCK_PAYMENT_FAILURE_RATE },
      ),
    );
    await startIf('shipping', () => startShipping(parts('shipping'), { startsFromStream }));
    return {
      inventoryUrl: inventory?.url ?? settings.INVENTORY_URL ?? '',
      paymentsUrl: payments?.url ?? settings.PAYMENTS_URL ?? '',
      ...{ inventory, payments, stop },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
