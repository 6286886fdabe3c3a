import { Hono } from 'hono';
import type { Book } from './book.ts';

/** Tells how a command was answered, for who has lost the answer. */
export function answersApp({ answers }: Pick<Book, 'answers'>): Hono {
  const app = new Hono();
  app.get('/answers/:key', (context) => {
    const answer = answers.get(context.req.param('key'));
    return answer
      ? context.json({ type: answer.type, payload: answer.payload })
      : context.json({ error: 'no such command has come' }, 404);
  });
  return app;
}
