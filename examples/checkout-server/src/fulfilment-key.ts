/** The key under which an order is handed to fulfilment: by a published event, not by a step. */
export function fulfilmentKey(orderId: string): string {
  return `${orderId}.fulfilment`;
}
