import { PAYMENT_TOKENS } from '@countermand-examples/participants/contract';

/** As much of an OpenAPI document as the page shows. */
interface Document {
  readonly info: { readonly title: string };
  readonly paths?: Readonly<Record<string, object>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly 'x-access'?: string;
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
  }[];
  readonly responses?: Readonly<
    Record<
      string,
      {
        readonly description?: string;
        readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
      }
    >
  >;
}

type Problems = Readonly<Record<string, { readonly status: number; readonly title: string }>>;

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h2{margin-top:2.5rem;border-top:1px solid #d0d7de;padding-top:1rem;font-size:1.1rem}
h2 b{display:inline-block;min-width:4rem}code,pre{font:13px/1.5 ui-monospace,monospace}
pre{background:#f6f8fa;padding:.75rem;overflow:auto;border-radius:6px}
table{border-collapse:collapse}td,th{border:1px solid #d0d7de;padding:.25rem .6rem;text-align:left;vertical-align:top}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}pre{background:#161b22}td,th,h2{border-color:#30363d}a{color:#58a6ff}}
`;

const TOKENS = Object.entries(PAYMENT_TOKENS)
  .map(([token, does]) => `<tr><td><code>${token}</code></td><td>${does}</td></tr>`)
  .join('');

const FIRST_STEPS = `<h2 id="first">First steps</h2>
<p>Money is in cents: <code>{ "amount": 79900, "currency": "EUR" }</code>. Customers and administrators send
<code>Authorization: Bearer TOKEN</code>; in development <code>demo-alice</code>, <code>demo-bob</code>, <code>demo-admin</code>.</p>
<pre>curl localhost:3000/api/orders -H 'Authorization: Bearer demo-alice' -H 'Idempotency-Key: 1' -H 'Content-Type: application/json' \\
  -d '{ "items": [{ "sku": "iphone-15", "quantity": 1 }], "coupons": ["WELCOME10"], "shippingAddress": { "line1": "1 Main Street", "city": "Berlin", "postalCode": "10115", "country": "DE" } }'
curl localhost:3000/api/orders/ORDER/pay -H 'Authorization: Bearer demo-alice' -H 'Content-Type: application/json' -d '{ "tokens": ["tok_ok"] }'
curl localhost:3000/api/orders/ORDER -H 'Authorization: Bearer demo-alice'</pre>
<p>An order goes <code>CREATED RESERVED PAYMENT_PENDING PAID CONFIRMED SHIPPED IN_TRANSIT</code>, or ends in <code>FAILED</code> or
<code>CANCELLED</code>, and what it held and took is given back. The mock gateway's tokens, which don't exist in production:</p>
<table>${TOKENS}</table>`;

/** The document as one HTML page that needs nothing from anywhere else. */
export function renderDocs(document: Document, problems: Problems): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...{ method, path, operation: operation as Operation },
    })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'other'))];
  const chapters = tags.map((tag) => {
    const ofTag = operations.filter(({ operation }) => (operation.tags?.[0] ?? 'other') === tag);
    return { tag, ofTag };
  });
  const contents = chapters.map(
    ({ tag, ofTag }) =>
      `<li>${escapeHtml(tag)}<ul>${ofTag.map(({ method, path, operation }) => `<li><a href="#${anchorOf(method, path)}"><code>${escapeHtml(`${method.toUpperCase()} ${path}`)}</code></a> ${escapeHtml(operation.summary ?? '')}</li>`).join('')}</ul></li>`,
  );
  const codes = Object.entries(problems).map(
    ([code, { status, title }]) =>
      `<tr id="${escapeHtml(code.toLowerCase().replaceAll('_', '-'))}"><td><code>${escapeHtml(code)}</code></td><td>${status}</td><td>${escapeHtml(title)}</td></tr>`,
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => `<h3 id="schema-${escapeHtml(name)}">${escapeHtml(name)}</h3>${renderJson(schema)}`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(document.info.title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(document.info.title)}</h1>
<p>The same as <a href="/openapi.json">OpenAPI document</a>. <a href="#problems">Error codes</a>. <a href="#schemas">Schemas</a>.</p>
${FIRST_STEPS}
<h2 id="routes">Routes</h2><ul>${contents.join('')}</ul>
${chapters.flatMap(({ ofTag }) => ofTag.map(({ method, path, operation }) => renderOperation(method, path, operation))).join('\n')}
<h2 id="problems">Error codes</h2><table><tr><th>code</th><th>status</th><th>meaning</th></tr>${codes.join('')}</table>
<h2 id="schemas">Schemas</h2>${schemas.join('\n')}
</body></html>`;
}

function renderOperation(method: string, path: string, operation: Operation): string {
  const body = operation.requestBody?.content?.['application/json']?.schema;
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: where, description = '' }) =>
      `<li><code>${escapeHtml(name)}</code> (${escapeHtml(where)}) ${escapeHtml(description)}</li>`,
  );
  const responses = Object.entries(operation.responses ?? {}).map(
    ([status, { description = '', content }]) =>
      `<tr><td>${escapeHtml(status)}</td><td>${escapeHtml(description)}${status < '300' ? renderJson(content?.['application/json']?.schema) : ''}</td></tr>`,
  );
  return `<h2 id="${anchorOf(method, path)}"><b>${escapeHtml(method.toUpperCase())}</b> <code>${escapeHtml(path)}</code></h2>
<p>${escapeHtml(operation.summary ?? '')}. For ${escapeHtml(operation['x-access'] ?? 'anyone')}. ${escapeHtml(operation.description ?? '')}</p>
${parameters.length > 0 ? `<ul>${parameters.join('')}</ul>` : ''}${body === undefined ? '' : `<p>Body:</p>${renderJson(body)}`}
<table>${responses.join('')}</table>`;
}

function anchorOf(method: string, path: string): string {
  return escapeHtml(`${method}${path.replace(/[^a-z]+/gi, '-')}`);
}

function renderJson(schema: unknown): string {
  if (schema === undefined) return '';
  const text = escapeHtml(JSON.stringify(schema, undefined, 2));
  return `<pre>${text.replace(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$1</a>')}</pre>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
