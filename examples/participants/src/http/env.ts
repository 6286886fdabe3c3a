import type { HttpBindings } from '@hono/node-server';

/** What a handler finds in `c.env`: Node's own request and response. */
export type Env = { Bindings: HttpBindings };
