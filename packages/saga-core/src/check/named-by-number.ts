import type { z } from 'zod';
import type { AnySaga } from '../saga-definition.js';
import { sampleSchema } from './sample-schema.js';

/** Whether which obligation it is depends on a number anywhere in a saga: an order's, a seat's. */
export function areNamedByNumber({ steps, events }: AnySaga): boolean {
  const ofSteps = Object.values(steps).flatMap(({ input, opens, closes }) =>
    [...(opens ? [opens] : []), ...closes].map(({ instance }) => isNamedByNumber(input, instance)),
  );
  const ofEvents = Object.values(events).flatMap(({ schema, opens, closes = [] }) =>
    [...(opens ? [opens] : []), ...closes].map(({ instance }) =>
      isNamedByNumber(schema, (payload) => instance(payload as never, {})),
    ),
  );
  return [...ofSteps, ...ofEvents].some(Boolean);
}

function isNamedByNumber(schema: z.ZodType, instance: (value: unknown) => string | undefined): boolean {
  const [plain] = sampleSchema(schema);
  const [numbered] = sampleSchema(schema, { numbered: true });
  try {
    return instance(plain) !== instance(numbered);
  } catch {
    // It needs a context, or another value.
    return false;
  }
}
