import { render } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { BreakPanel } from './break-panel.tsx';
import { type FilledForm, OrderForm } from './order-form.tsx';
import { OrderView } from './order-view.tsx';
import { PromiseBar } from './promise-bar.tsx';
import { RecentOrders } from './recent-orders.tsx';
import * as shop from './shop-api.ts';
import { TokenForm } from './token-form.tsx';
import { useLive } from './use-live.ts';
import { WorldPanel } from './world-panel.tsx';

/** The order that the address names: it survives a reload, and can be handed on. */
function orderInAddress(): string | undefined {
  return /^#order=([0-9a-f-]{36})$/.exec(location.hash)?.[1];
}

const NOTICE_MS = 8_000;

/** On a phone the order is below the form. */
function bringIntoView(): void {
  if (matchMedia('(max-width: 760px)').matches) document.querySelector('.watch')?.scrollIntoView();
}

interface Notice {
  readonly text: string;
  readonly isBad: boolean;
}

function Page() {
  const [orderId, setOrderId] = useState(orderInAddress);
  const [catalog, setCatalog] = useState<readonly shop.CatalogItem[]>([]);
  const [orders, setOrders] = useState<readonly shop.ListedOrder[]>([]);
  const [notice, setNotice] = useState<Notice>();
  const [isBusy, setBusy] = useState(false);
  const { world, order, isConnected } = useLive(orderId);

  const attempt = useCallback(async (act: () => Promise<string | undefined>) => {
    try {
      const text = await act();
      setNotice(text === undefined ? undefined : { text, isBad: false });
    } catch (error) {
      setNotice({ text: error instanceof Error ? error.message : String(error), isBad: true });
    }
  }, []);
  const show = (id: string) => {
    location.hash = `order=${id}`;
    setOrderId(id);
  };
  const moved = `${order?.order.id} ${order?.order.status} ${world?.counts.completed} ${world?.counts.undone}`;
  const isStopped = world?.services?.is === 'stopped';
  useEffect(() => {
    if (moved === '' || isStopped || shop.tokenOf('customer') === '') return;
    void Promise.all([shop.readCatalog(), shop.readOrders()]).then(
      ([items, newest]) => {
        setCatalog(items);
        setOrders(newest);
      },
      // Shown already: what can't be read is what was broken.
      () => undefined,
    );
  }, [moved, isStopped]);
  useEffect(() => {
    if (!notice) return undefined;
    const timer = setTimeout(() => setNotice(undefined), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  useEffect(() => {
    const onHash = () => setOrderId(orderInAddress());
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);

  const place = ({ order: body, clicks, payAtOnce }: FilledForm) =>
    attempt(async () => {
      setBusy(true);
      try {
        const key = crypto.randomUUID();
        const answers = await Promise.all(Array.from({ length: clicks }, () => shop.placeOrder(body, key)));
        const [{ id } = { id: '' }] = answers;
        show(id);
        bringIntoView();
        if (payAtOnce) await shop.payOrder(id);
        if (clicks === 1) return undefined;
        const isOne = answers.every((answer) => answer.id === id);
        return isOne ? 'Two clicks, one order: the second got the answer of the first.' : 'Two orders!';
      } finally {
        setBusy(false);
      }
    });
  const toOrder = (act: (id: string) => Promise<void>) => () =>
    void attempt(async () => {
      if (orderId !== undefined) await act(orderId);
      return undefined;
    });

  if (shop.tokenOf('customer') === '') return <TokenForm onDone={() => setNotice(undefined)} />;
  return (
    <>
      <p class={`notice ${notice?.isBad ? 'bad' : ''}`} role="status" hidden={!notice && isConnected}>
        {isConnected ? notice?.text : 'The server does not answer; this page goes on as soon as it does.'}
      </p>
      {world && <PromiseBar world={world} />}
      <div class="columns">
        <div>
          <OrderForm catalog={catalog} isBusy={isBusy} onOrder={(form) => void place(form)} />
          <RecentOrders orders={orders} shown={orderId} onShow={show} />
        </div>
        <OrderView
          live={order}
          incidents={world?.incidents ?? []}
          acts={{
            pay: toOrder(shop.payOrder),
            cancel: toOrder(shop.cancelOrder),
            retry: toOrder(shop.retryOrder),
            skip: (step) => toOrder((id) => shop.skipStep(id, step))(),
          }}
        />
        {world && (
          <div>
            <BreakPanel
              world={world}
              orderId={orderId}
              hasWebhook={order?.has_webhook ?? false}
              onBreak={(what, how) => void attempt(() => shop.breakIt(what, how))}
            />
            <WorldPanel world={world} />
          </div>
        )}
      </div>
    </>
  );
}

const main = document.getElementById('page');
if (main) {
  main.replaceChildren();
  render(<Page />, main);
}
