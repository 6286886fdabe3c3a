import { describe, expect, it } from 'vitest';
import { Desk, testPolicy } from '../testing/desk.ts';

const order = { order_id: 'o1' };
const items = [{ sku: 'iphone-15', quantity: 1 }];
const byHand = { ...testPolicy, autoFulfilment: false };

function labelled(desk: Desk): { shipment_id: unknown; tracking: unknown } {
  const { shipment_id } = desk.send('/fulfilment/shipments', order).answer;
  const { tracking } = desk.send('/fulfilment/labels', { ...order, shipment_id }).answer;
  return { shipment_id, tracking };
}

function webhooks(desk: Desk) {
  return [...desk.books.webhooks.values()].map(({ to, webhook }) => ({ to, ...webhook }));
}

describe('warehouse, fulfilment and carrier', () => {
  it('plan packing and scanning by themselves', () => {
    const desk = new Desk();
    desk.send('/warehouse/pick-lists', { ...order, items });
    const { tracking } = labelled(desk);
    expect([...desk.books.tasks.values()]).toEqual([
      { dueAt: desk.now + 3_000, task: { kind: 'pack', order_id: 'o1' } },
      { dueAt: desk.now + 3_000, task: { kind: 'scan', order_id: 'o1', tracking } },
    ]);
  });

  it('plan nothing where they are worked by hand', () => {
    const desk = new Desk(byHand);
    desk.send('/warehouse/pick-lists', { ...order, items });
    labelled(desk);
    expect(desk.books.tasks.size).toBe(0);
  });

  it('tell of a parcel each time it is packed by hand, and pack it once', () => {
    const desk = new Desk(byHand);
    const { pick_list_id } = desk.send('/warehouse/pick-lists', { ...order, items }).answer;
    const { parcel_id } = desk.send('/warehouse/pack', order).answer;
    expect(desk.send('/warehouse/pack', order).answer).toEqual({ parcel_id });
    expect(desk.books.delivery.parcels).toEqual(new Map([['o1', parcel_id]]));
    const packed = { to: 'warehouse', type: 'warehouse.packed', data: { order_id: 'o1', parcel_id } };
    expect(webhooks(desk)).toEqual([packed, packed]);
    expect(pick_list_id).toBe('pick_1');
  });

  it('pack no order without a pick list and scan none without a label', () => {
    const desk = new Desk();
    expect(desk.send('/warehouse/pack', order)).toMatchObject({
      status: 409,
      answer: { code: 'NO_PICK_LIST' },
    });
    expect(desk.send('/carrier/scan', order)).toMatchObject({ status: 409, answer: { code: 'NO_LABEL' } });
    expect(webhooks(desk)).toEqual([]);
  });

  it('scan the parcel of the order, and no other', () => {
    const desk = new Desk(byHand);
    const { tracking } = labelled(desk);
    expect(desk.send('/carrier/scan', { ...order, tracking: 'trk_0' })).toMatchObject({
      status: 409,
      answer: { code: 'UNKNOWN_TRACKING' },
    });
    expect(desk.send('/carrier/scan', { ...order, tracking }).answer).toEqual({ tracking });
    expect(webhooks(desk)).toEqual([
      { to: 'carrier', type: 'carrier.scanned', data: { order_id: 'o1', tracking } },
    ]);
  });

  it('make one of everything per order, whatever the key', () => {
    const desk = new Desk();
    const { shipment_id } = labelled(desk);
    for (const [path, body] of [
      ['/fulfilment/orders', order],
      ['/fulfilment/invoices', { ...order, amount: { amount: 500, currency: 'EUR' } }],
      ['/fulfilment/shipments', order],
      ['/fulfilment/labels', { ...order, shipment_id }],
      ['/warehouse/pick-lists', { ...order, items }],
    ] as const) {
      const first = desk.send(path, body);
      expect(desk.send(path, body)).toEqual({ status: 200, answer: first.answer, changes: [] });
    }
  });

  it('number invoices one after the other and refuse a second over another amount', () => {
    const desk = new Desk();
    const invoice = (order_id: string, amount: number) =>
      desk.send('/fulfilment/invoices', { order_id, amount: { amount, currency: 'EUR' } });
    expect(invoice('o1', 500).answer['number']).toBe('INV-000001');
    expect(invoice('o2', 900).answer['number']).toBe('INV-000002');
    expect(invoice('o1', 501)).toMatchObject({ status: 409, answer: { code: 'ALREADY_INVOICED' } });
  });

  it('print no label for a shipment of somebody else', () => {
    const desk = new Desk();
    const { shipment_id } = desk.send('/fulfilment/shipments', { order_id: 'o2' }).answer;
    expect(desk.send('/fulfilment/labels', { ...order, shipment_id })).toMatchObject({
      status: 409,
      answer: { code: 'UNKNOWN_SHIPMENT' },
    });
  });

  it('keep what users were told, in order', () => {
    const desk = new Desk();
    desk.send('/notifications', { ...order, kind: 'payment_failed' });
    desk.now += 1_000;
    desk.send('/notifications', { ...order, kind: 'on_its_way' });
    expect(desk.books.notifications.orders.get('o1')).toEqual([
      { kind: 'payment_failed', at: '2026-01-01T00:00:00.000Z' },
      { kind: 'on_its_way', at: '2026-01-01T00:00:01.000Z' },
    ]);
  });
});
