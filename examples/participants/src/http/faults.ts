import { setTimeout as pause } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import type { Fault } from '../contract/audit-answers.ts';
import { fault as faultSchema } from '../contract/command-bodies.ts';
import type { Env } from './env.ts';
import { hangUp } from './hang-up.ts';
import { problem } from './problem.ts';

const services: ReadonlySet<string> = new Set(faultSchema.shape.service.options);
const defaultSlowMs = 5_000;

/**
 * Faults on purpose, for demos and tests; none at the start, none survives a restart. A fault with
 * a `count` is over after so many requests. One for `all` holds where the service has none.
 */
export class Faults {
  private readonly byService = new Map<Fault['service'], Fault>();

  set(fault: Fault): void {
    if (fault.mode === 'off' && fault.service === 'all') this.byService.clear();
    else if (fault.mode === 'off') this.byService.delete(fault.service);
    else this.byService.set(fault.service, { ...fault });
  }

  list(): Fault[] {
    return [...this.byService.values()];
  }

  /** The fault for one request, which counts as one. Only services have faults, never `/dev`. */
  take(service: string): Fault | undefined {
    if (!services.has(service)) return undefined;
    const fault = this.list().find((one) => one.service === service) ?? this.byService.get('all');
    if (fault?.count === undefined) return fault;
    if (fault.count === 1) this.byService.delete(fault.service);
    fault.count -= 1;
    return fault;
  }
}

/** Carries the faults out: before a service hears of a request, or after it has done its work. */
export function injectFaults(faults: Faults): MiddlewareHandler<Env> {
  return async (c, next) => {
    const service = c.req.path.split('/')[1] ?? '';
    const fault = faults.take(service);
    if (fault?.mode === 'down') {
      c.res = problem(c, 503, `${service} is down, on purpose.`);
      return;
    }
    if (fault?.mode === 'slow') await pause(fault.ms ?? defaultSlowMs);
    await next();
    if (fault?.mode === 'lost') c.res = hangUp(c);
  };
}
