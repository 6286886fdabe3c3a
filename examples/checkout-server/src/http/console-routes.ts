import { createConsole } from '@countermand/console';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { consoleCookie, hasConsoleCookie, SIGN_IN_HEADERS, signInPage } from './console-sign-in.ts';
import type { AppEnv } from './env.ts';
import { MAX_BODY_BYTES, refuseBody } from './json-body.ts';
import type { FindPrincipal } from './principal.ts';
import type { Services } from './services.ts';

const BASE = '/console';

/** The console, for administrators: by bearer token, or in a browser that has signed in. */
export function addConsoleRoutes(
  app: OpenAPIHono<AppEnv>,
  { runner, settings, log, stopping }: Services,
  findPrincipal: FindPrincipal,
): void {
  const console = createConsole({
    runner,
    basePath: BASE,
    title: 'Checkout',
    home: { href: '/', label: 'Shop' },
    onError: (err) => log.error({ err }, 'the console failed'),
    async authorize(request) {
      const admin = { name: 'admin', may: ['read', 'act'] } as const;
      if (hasConsoleCookie(settings, request, Date.now())) return admin;
      const principal = await findPrincipal(request.headers.get('authorization') ?? undefined);
      if (principal?.role === 'admin') return admin;
      const wantsPage = request.headers.get('accept')?.includes('text/html') ?? false;
      if (request.method !== 'GET' || !wantsPage) return undefined;
      const to = toOf(new URL(request.url).pathname);
      const query = to === `${BASE}/` ? '' : `?${new URLSearchParams({ to })}`;
      return new Response(null, { status: 303, headers: { location: `${BASE}/login${query}` } });
    },
  });
  stopping.addEventListener('abort', () => console.close());

  app.get(`${BASE}/login`, (c) => {
    const to = toOf(c.req.query('to'));
    return c.html(signInPage(settings, { to, isRefused: false }), 200, SIGN_IN_HEADERS);
  });
  const limit = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseBody });
  app.post(`${BASE}/login`, limit, async (c) => {
    const form = await c.req.parseBody();
    const to = toOf(String(form['to'] ?? ''));
    const site = c.req.header('sec-fetch-site') ?? 'same-origin';
    const principal = await findPrincipal(`Bearer ${String(form['token'] ?? '').trim()}`);
    if (principal?.role !== 'admin' || site !== 'same-origin') {
      return c.html(signInPage(settings, { to, isRefused: true }), 401, SIGN_IN_HEADERS);
    }
    c.header('set-cookie', consoleCookie(settings, Date.now()));
    return c.redirect(to, 303);
  });
  app.all(BASE, (c) => console.fetch(c.req.raw));
  app.all(`${BASE}/*`, (c) => console.fetch(c.req.raw));
}

/** Where a person wanted to go: a page of the console, and never anything else. */
function toOf(path = ''): string {
  const isUp = path.split('/').some((part) => part === '.' || part === '..');
  return !isUp && /^\/console\/(?!login)[\w./~-]*$/.test(path) ? path : `${BASE}/`;
}
