import type { HttpBindings } from '@hono/node-server';
import type { Principal } from './principal.ts';

/** What handlers find in their context. */
export interface AppEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Under `/api`, always. */
    principal: Principal;
    /** The body's bytes, of webhooks. */
    rawBody: Uint8Array<ArrayBuffer>;
  };
}
