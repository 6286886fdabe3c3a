import { landed, notLanded } from '@countermand/saga-core';
import { listen } from '@countermand-examples/service-kit';
import { expect, it, onTestFinished } from 'vitest';
import { answersApp } from '../services/answers-app.ts';
import { openBook } from '../services/book.ts';
import { askService } from './ask-service.ts';

it('an event that got lost is asked for at the service, and read as it would have been', async () => {
  const book = openBook();
  const topic = 'payment_events';
  book.answers.set('s-1:pay:1', { topic, type: 'payment.authorized', payload: { payment_id: 'p-1' } });
  book.answers.set('s-2:pay:1', { topic, type: 'payment.failed', payload: {} });
  const http = await listen({ HOST: '127.0.0.1', PORT: 0 }, answersApp(book).fetch);
  onTestFinished(() => http.close());
  const ask = (idempotencyKey: string) =>
    askService(
      http.url,
      topic,
    )({
      ...{ input: {}, idempotencyKey, sagaId: idempotencyKey.slice(0, 3) },
      ...{ signal: AbortSignal.timeout(5_000), timeoutMs: 5_000, trace: {} },
    });
  expect(await ask('s-1:pay:1')).toEqual(landed({ paymentId: 'p-1' }));
  expect(await ask('s-2:pay:1')).toEqual(notLanded());
  expect(await ask('s-3:pay:1')).toEqual(notLanded());
});
