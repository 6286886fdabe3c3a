import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestRunner } from '@countermand/saga-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { booking } from '../table-saga.ts';
import { tableCalls } from './table-calls.ts';
import { tableService } from './table-service.ts';
import { takeMessage } from './take-message.ts';

const input = { table: 't-1', guest: 'ann' };

it('a booking holds its table by HTTP, and frees it when it is cancelled', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response
      .writeHead(request.method === 'DELETE' ? 404 : 200, { 'content-type': 'application/json' })
      .end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const adapters = tableService(baseUrl, () => 'secret');
  const runner = createTestRunner({ sagas: [booking], adapters });
  const { id } = await runner.start(booking, input);
  await runner.settle();
  await runner.send(id, { type: 'CANCEL' });
  await runner.settle();
  expect(await runner.get(id)).toMatchObject({ state: 'cancelled', openObligations: [] });
  expect(asked).toEqual(['POST /tables/t-1/hold Bearer secret', 'DELETE /tables/t-1/hold Bearer secret']);
});

it('a table that is taken is a decline over gRPC, and nothing is undone', async () => {
  const failure = (code: number) => Object.assign(new Error('no'), { code, details: 'no', path: '/hold' });
  const adapters = tableCalls({
    hold: () => Promise.reject(failure(9)),
    free: () => Promise.reject(new Error('was asked')),
    remind: () => Promise.resolve(),
  });
  const runner = createTestRunner({ sagas: [booking], adapters });
  const { id } = await runner.start(booking, input);
  await runner.settle();
  expect(await runner.get(id)).toMatchObject({ state: 'cancelled' });
});

it('a message that confirms is taken; one that nobody understands is put aside', async () => {
  const adapters = { holdTable: () => ({}), freeTable: () => ({}), remindGuest: () => ({}) };
  const runner = createTestRunner({ sagas: [booking], adapters });
  const { id } = await runner.start(booking, input);
  await runner.settle();
  const wire = (message: object) => ({ body: JSON.stringify(message), headers: {} });
  const message = { correlation_id: id, timestamp: new Date(0).toISOString(), payload: {} };
  expect(await takeMessage(runner, wire({ ...message, type: 'guest.confirmed' }))).toBe('committed');
  await runner.settle();
  expect(await runner.get(id)).toMatchObject({ state: 'confirmed' });
  expect(await takeMessage(runner, wire({ ...message, type: 'table.refused' }))).toContain(
    'put aside: table.refused',
  );
});
