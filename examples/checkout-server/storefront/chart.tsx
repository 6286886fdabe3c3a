import { drawStatechart, pathsIn, type Statechart, traceWay } from '@countermand/console/statechart';
import type { MachineGraph } from '@countermand/saga-core';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveOrder } from '../src/dev/live-contract.ts';
import { layoutOrder } from './order-layout.ts';

interface Drawn {
  readonly orderId: string | undefined;
  readonly graph: MachineGraph;
  readonly chart: Statechart;
}

/** The order's statechart: where the order is, and the way it came. */
export function Chart({ live }: { readonly live: LiveOrder | undefined }) {
  const holder = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn>();
  const orderId = live?.order.id;
  // Another order is drawn anew: nothing of the one before may seem to move.
  useEffect(() => {
    let isLeft = false;
    readGraph().then(
      (graph) => {
        if (isLeft) return;
        const chart = drawStatechart(layoutOrder(graph));
        holder.current?.replaceChildren(chart.element);
        setDrawn({ orderId, graph, chart });
      },
      // The page says that the server doesn't answer; the next order asks again.
      () => undefined,
    );
    return () => {
      isLeft = true;
    };
  }, [orderId]);
  useEffect(() => {
    if (!drawn || !live || drawn.orderId !== live.order.id) return;
    const { saga } = live.order;
    drawn.chart.show({ ...traceWay(drawn.graph, live.way), active: pathsIn(saga.state), tone: toneOf(saga) });
  }, [drawn, live]);
  return <div class="chart" ref={holder} />;
}

function toneOf({ status, settled }: LiveOrder['order']['saga']) {
  if (status === 'PARKED') return 'parked';
  if (status === 'COMPENSATING') return 'compensating';
  return settled ? 'rest' : 'running';
}

let reading: Promise<MachineGraph> | undefined;

function readGraph(): Promise<MachineGraph> {
  reading ??= fetch('/storefront/machine.json')
    .then((answer) => answer.json() as Promise<MachineGraph>)
    .catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
  return reading;
}
