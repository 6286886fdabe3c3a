// Checks Alice's cart out: the first time it becomes an order; then the black tea is sold out.
import { randomUUID } from 'node:crypto';
import { ClientError, createChannel, createClient, Metadata, Status } from 'nice-grpc';
import { OrchestratorDefinition } from './generated/cart-checkout.ts';

const channel = createChannel(process.env['ORCHESTRATOR_ADDRESS'] ?? '127.0.0.1:50050');
const orchestrator = createClient(OrchestratorDefinition, channel);
const metadata = Metadata({ 'idempotency-key': process.env['IDEMPOTENCY_KEY'] ?? randomUUID() });
try {
  const answer = await orchestrator.createSagaOrder(
    {
      userId: 'alice',
      cartId: 'cart-1',
      paymentMethod: 'card',
      paymentAmount: 27.15,
      paymentCurrency: 'EUR',
      shippingAddress: {
        id: 'address-1',
        line1: 'Teestraße 1',
        city: 'Emden',
        postalCode: '26721',
        country: 'DE',
      },
      shippingMethod: 'standard',
      shippingCost: 4.9,
      subtotal: 22.25,
      total: 27.15,
      currencyCode: 'EUR',
    },
    { metadata },
  );
  console.log(answer);
} catch (error) {
  if (!(error instanceof ClientError)) throw error;
  console.log(`${Status[error.code]}: ${error.details}`);
}
channel.close();
