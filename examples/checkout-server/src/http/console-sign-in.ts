import { createHmac, timingSafeEqual } from 'node:crypto';
import { DEMO_TOKENS, isProduction, type Settings } from '../settings.ts';

const COOKIE = 'countermand_console';
const LASTS_MS = 12 * 3_600_000;

/** A cookie that lets an administrator's browser into the console, for half a day. It is worth nothing elsewhere. */
export function consoleCookie(settings: Settings, nowMs: number): string {
  const until = String(nowMs + LASTS_MS);
  const attributes = [
    `${COOKIE}=${until}.${sealOf(settings, until)}`,
    'Path=/console',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${LASTS_MS / 1_000}`,
    ...(isProduction(settings) ? ['Secure'] : []),
  ];
  return attributes.join('; ');
}

/** Whether a request carries a cookie that {@link consoleCookie} has made, and that still lasts. */
export function hasConsoleCookie(settings: Settings, request: Request, nowMs: number): boolean {
  const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/);
  return cookies.some((cookie) => {
    const [name, value = ''] = cookie.split('=', 2);
    const [, until, seal] = /^(\d{1,16})\.([\w-]{43})$/.exec(value) ?? [];
    if (name !== COOKIE) return false;
    if (until === undefined || seal === undefined || Number(until) < nowMs) return false;
    return timingSafeEqual(Buffer.from(seal), Buffer.from(sealOf(settings, until)));
  });
}

/** Another administrator's token makes all cookies void. */
function sealOf({ ADMIN_TOKEN }: Settings, until: string): string {
  return createHmac('sha256', ADMIN_TOKEN).update(`console until ${until}`).digest('base64url');
}

/**
 * Where an administrator signs in, to go on `to` a path of the console. The published demo token stands in the field; in
 * production it can't be used.
 */
export function signInPage(
  settings: Settings,
  { to, isRefused }: { readonly to: string; readonly isRefused: boolean },
): string {
  const demo = !isProduction(settings) && DEMO_TOKENS.has(settings.ADMIN_TOKEN) ? settings.ADMIN_TOKEN : '';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in to the console</title><style>${STYLE}</style></head><body><main>
<h1>Console</h1>
<form method="post" action="/console/login">
<input type="hidden" name="to" value="${to}">
<label for="token">The administrator's token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required value="${demo}">
${isRefused ? '<p role="alert">That is not the administrator’s token.</p>' : ''}
<button>Open the console</button>
</form>
${demo === '' ? '' : '<p class="quiet">This is development: the published token is filled in.</p>'}
</main></body></html>`;
}

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:0;min-height:100dvh;display:grid;
place-items:center;background:light-dark(#f6f7f9,#0d1117)}main{box-sizing:border-box;
width:min(418px,calc(100vw - 32px));padding:28px;
border-radius:14px;background:light-dark(#fff,#141a23);border:1px solid light-dark(#e0e4eb,#2a3444)}h1{font-size:20px;
margin:0 0 14px}form{display:grid;gap:8px}input,button{font:inherit;padding:9px 12px;border-radius:8px;border:1px solid
light-dark(#cfd6e2,#364054);background:transparent;color:inherit}button{background:#2f6bed;border-color:transparent;
color:#fff;font-weight:600;cursor:pointer;margin-top:6px}p{margin:6px 0 0}.quiet{opacity:.65;font-size:13px}
[role=alert]{color:light-dark(#c22a27,#ff7b72)}`;

/** Nothing but the page's own style, and a form that goes back to where it came from. */
export const SIGN_IN_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;
