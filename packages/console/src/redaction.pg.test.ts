import { eventually } from '@countermand/test-kit';
import { expect, it } from 'vitest';
import { createConsole, type Redactable } from './index.js';
import { deskBeforeAll } from './test-support/desk-before-all.js';
import type { OrderDesk } from './test-support/order-desk.js';
import type { ForeseeAnswer, SagaAnswer, SagasAnswer } from './wire.js';

/** Stands in everything that is known of this customer, and in what a participant says of them. */
const CANARY = 'canary-7f3a';
const customer = `alice-${CANARY}`;

let desk: OrderDesk;
deskBeforeAll(async (opened) => {
  desk = opened;
  await desk.place('order-1', customer);
  desk.shop.says = `no account of ${customer}`;
  await desk.runner.on('ORDER_CANCELLED', { name: 'mail' }, () => {
    throw new Error(desk.shop.says);
  });
  await desk.park('order-2', customer);
  await eventually(async () => {
    expect((await desk.runner.inspect.undelivered('order-2'))[0]?.error).toContain(CANARY);
  });
});

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', 'x-countermand-console': '1' },
});

function consoleWith(redact: (value: unknown, of: Redactable) => string) {
  const may = ['read', 'act'] as const;
  const { runner } = desk;
  const { fetch } = createConsole({ runner, authorize: () => ({ name: 'ops:jane', may }), redact });
  return (path: string, init?: RequestInit) =>
    fetch(new Request(`http://localhost/console/api/${path}`, init));
}

it('nothing that is redacted is in any answer: neighbours, errors and what is foreseen neither', async () => {
  const shown = (path: string) => consoleWith((value) => String(value))(path);
  // It is there to be hidden.
  expect(await (await shown('sagas/order-2')).text()).toContain(CANARY);
  const parts = new Set<string>();
  const ask = consoleWith((_, { part, name }) => {
    parts.add(name === undefined ? part : `${part} ${name}`);
    return '(hidden)';
  });
  const answers = [
    await ask('sagas'),
    await ask('sagas/order-1'),
    await ask('sagas/order-2'),
    await ask('machines'),
    await ask('machines/order'),
    await ask('sagas/order-2/foresee', post({ act: { type: 'park' } })),
    await ask('sagas/order-2/acts', post({ act: { type: 'skip', key: 'nothing' }, reason: 'a try' })),
  ];
  for (const answer of answers) {
    // Who has done what is shown: it is what the history is for.
    const told = JSON.stringify(await answer.json(), (key, value: unknown) =>
      key === 'actor' ? undefined : value,
    );
    expect(told).not.toContain(CANARY);
  }
  expect([...parts]).toEqual(
    expect.arrayContaining(['attributes', 'context', 'start', 'error refund', 'error ORDER_CANCELLED']),
  );
});

it('what stands in place of attributes and errors is shown as such', async () => {
  const ask = consoleWith(() => '(hidden)');
  const { items } = (await (await ask('sagas')).json()) as SagasAnswer;
  expect(items[0]).toMatchObject({
    id: 'order-2',
    attributes: { attributes: '(hidden)' },
    parked: [{ message: '(hidden)' }],
  });
  const { view, neighbours, story, undelivered } = (await (await ask('sagas/order-2')).json()) as SagaAnswer;
  expect(neighbours).toMatchObject([{ id: 'order-1', shared: { attributes: '(hidden)' } }]);
  expect(undelivered).toMatchObject([{ type: 'ORDER_CANCELLED', subscription: 'mail', error: '(hidden)' }]);
  expect(view.steps.find(({ status }) => status === 'parked')?.error).toBe('(hidden)');
  expect(story.steps.find(({ step }) => step === 'refund')?.outcome).toMatchObject({ message: '(hidden)' });
  const foreseen = await ask('sagas/order-2/foresee', post({ act: { type: 'park' } }));
  expect((await foreseen.json()) as ForeseeAnswer).toMatchObject({
    parked: expect.arrayContaining(['(hidden)']),
  });
});

it('a redaction is given copies, and may do with them as it likes', async () => {
  const { runner } = desk;
  const { fetch } = createConsole({
    runner,
    authorize: () => ({ name: 'ops:jane', may: ['read'] }),
    redact: (value) => {
      if (typeof value !== 'object' || value === null) return value;
      for (const name of Object.keys(value)) Reflect.deleteProperty(value, name);
      return value;
    },
  });
  for (const path of ['sagas', 'sagas/order-2']) {
    expect((await fetch(new Request(`http://localhost/console/api/${path}`))).status).toBe(200);
  }
  const view = await runner.get('order-2');
  expect(view).toMatchObject({ attributes: { customerId: customer }, context: { customerId: customer } });
});
