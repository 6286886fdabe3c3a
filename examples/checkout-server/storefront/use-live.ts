import { useEffect, useState } from 'preact/hooks';
import type { LiveOrder, LiveWorld } from '../src/dev/live-contract.ts';

/** What the server tells while the page is open. */
export interface Live {
  readonly world: LiveWorld | undefined;
  readonly order: LiveOrder | undefined;
  /** False while the server can't be reached; the browser tries again by itself. */
  readonly isConnected: boolean;
}

/** Follows the shop, and the order with that id. */
export function useLive(orderId: string | undefined): Live {
  const [world, setWorld] = useState<LiveWorld>();
  const [order, setOrder] = useState<LiveOrder>();
  const [isConnected, setConnected] = useState(true);
  useEffect(() => {
    const source = new EventSource(orderId === undefined ? '/dev/live' : `/dev/live?order=${orderId}`);
    source.addEventListener('open', () => setConnected(true));
    source.addEventListener('error', () => setConnected(false));
    source.addEventListener('world', ({ data }) => setWorld(JSON.parse(data)));
    source.addEventListener('order', ({ data }) => setOrder(JSON.parse(data)));
    return () => source.close();
  }, [orderId]);
  return { world, order: order?.order.id === orderId ? order : undefined, isConnected };
}
