import { SagaError } from '@countermand/saga-core';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { getSaga } from '../orders/command-order.ts';
import { euros } from '../views/order-json.ts';
import { sagaItemJson, sagaJson } from '../views/saga-json.ts';
import { filterOf } from '../views/saga-status.ts';
import { access, problems } from './access.ts';
import type { AppEnv } from './env.ts';
import { findOwnOrder, findOwnSaga } from './find-own-order.ts';
import { jsonBody, jsonContent } from './json-content.ts';
import { listSagas } from './list-orders.ts';
import { actorOf, type Principal } from './principal.ts';
import { Problem } from './problem.ts';
import { idParam, moneySchema, pageQuery, sagaItemSchema, sagaSchema, sagaStatusSchema } from './schemas.ts';
import type { Services } from './services.ts';

const tags = ['sagas'];

const list = createRoute({
  ...access('admin'),
  tags,
  method: 'get',
  path: '/api/sagas',
  summary: 'Sagas, newest first',
  request: {
    query: pageQuery.extend({
      status: sagaStatusSchema.optional(),
      type: z
        .string()
        .regex(/^[\x20-\x7e]{1,40}$/, 'use a name of a saga')
        .optional(),
    }),
  },
  responses: {
    200: jsonContent(
      z.object({ items: z.array(sagaItemSchema), next_cursor: z.string().nullable() }),
      'A page.',
    ),
    ...problems('REQUEST_INVALID', 'CURSOR_INVALID', 'UNAUTHENTICATED', 'FORBIDDEN'),
  },
});

const show = createRoute({
  ...access('signed in'),
  tags,
  method: 'get',
  path: '/api/sagas/{id}',
  summary: 'The whole state of a saga',
  request: { params: idParam },
  responses: { 200: jsonContent(sagaSchema, 'The saga.'), ...problems('UNAUTHENTICATED', 'NOT_FOUND') },
});

const adminProblems = problems(
  ...(['BODY_INVALID', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'NOT_PARKED', 'STEP_NOT_FOUND'] as const),
);
const stepId = z.string().min(1).max(300);

const retry = createRoute({
  ...access('admin'),
  tags,
  method: 'post',
  path: '/api/sagas/{id}/retry',
  summary: 'Resume what is parked: one step, or all of it',
  request: { params: idParam, ...jsonBody(z.strictObject({ step_id: stepId.optional() })) },
  responses: { 202: jsonContent(sagaSchema, 'The saga goes on.'), ...adminProblems },
});

const skip = createRoute({
  ...access('admin'),
  tags,
  method: 'post',
  path: '/api/sagas/{id}/skip',
  summary: 'Give a parked step up',
  request: {
    params: idParam,
    ...jsonBody(z.strictObject({ step_id: stepId, reason: z.string().trim().min(1).max(500) })),
  },
  responses: { 202: jsonContent(sagaSchema, 'The saga goes on without it.'), ...adminProblems },
});

const preview = createRoute({
  ...access('admin'),
  tags,
  method: 'get',
  path: '/api/sagas/{id}/compensation-preview',
  summary: 'What would be undone now, in order',
  request: { params: idParam },
  responses: {
    200: jsonContent(
      z.object({
        items: z.array(
          z.object({
            obligation: z.string(),
            undo: z.string().nullable(),
            certainty: z.enum(['open', 'maybe']),
            amount: moneySchema.optional(),
          }),
        ),
      }),
      'Newest first, as it would be done.',
    ),
    ...problems('UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'),
  },
});

/** `/api/sagas`: what administrators look at and repair. */
export function addSagaRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { runner } = services;
  app.openapi(list, async (c) => {
    const { status, type, ...page } = c.req.valid('query');
    const filter = { ...(status && filterOf(status)), ...(type !== undefined && { saga: type }) };
    const { items, next_cursor } = await listSagas(runner, filter, page);
    return c.json({ items: items.map((saga) => sagaItemJson(saga, c.get('principal'))), next_cursor }, 200);
  });
  app.openapi(show, async (c) => {
    const principal = c.get('principal');
    const { saga } = await findOwnSaga(services, c.req.valid('param').id, principal, 'saga');
    return c.json(sagaJson(saga, await runner.whatNext(saga.id), principal), 200);
  });
  /** Carries an act out, and answers with what has become of the saga. */
  const administer = async (id: string, principal: Principal, act: () => Promise<void>) => {
    await findOwnOrder(services, id, principal, 'saga');
    await refuseByCode(act);
    return sagaJson(await getSaga(runner, id), await runner.whatNext(id), principal);
  };
  app.openapi(retry, async (c) => {
    const principal = c.get('principal');
    const { id } = c.req.valid('param');
    const { step_id } = c.req.valid('json');
    const options = { actor: actorOf(principal), ...(step_id !== undefined && { step: step_id }) };
    return c.json(await administer(id, principal, () => runner.retry(id, options)), 202);
  });
  app.openapi(skip, async (c) => {
    const principal = c.get('principal');
    const { id } = c.req.valid('param');
    const { step_id: step, reason } = c.req.valid('json');
    const options = { actor: actorOf(principal), step, reason };
    return c.json(await administer(id, principal, () => runner.skip(id, options)), 202);
  });
  app.openapi(preview, async (c) => {
    const { saga } = await findOwnSaga(services, c.req.valid('param').id, c.get('principal'), 'saga');
    const items = (await runner.compensationPreview(saga.id)).map(({ id, undo, certainty, amount }) => ({
      obligation: id,
      undo: undo ?? null,
      certainty,
      ...(amount && { amount: euros(amount) }),
    }));
    return c.json({ items }, 200);
  });
}

/** Carries an administrator's act out. @throws Problem `NOT_PARKED`, `STEP_NOT_FOUND` */
async function refuseByCode(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    const { code } = error;
    if (code === 'NOT_PARKED') throw new Problem(code, 'Neither the saga nor that step is parked.');
    if (code === 'STEP_NOT_FOUND')
      throw new Problem(code, 'GET the saga: its steps name those that are parked.');
    throw error;
  }
}
