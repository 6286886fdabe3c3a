/** The first such event of the stream that the page follows; `orderId` is empty for none. */
export async function watchLive<Data>(url: string, orderId: string, event: string): Promise<Data> {
  const gone = new AbortController();
  const query = orderId === '' ? '' : `?order=${orderId}`;
  const response = await fetch(`${url}/dev/live${query}`, { signal: gone.signal });
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const [, data] = new RegExp(`^event: ${event}\ndata: (.*)\n\n`, 'm').exec(text) ?? [];
      // Who asks knows what the event carries.
      if (data !== undefined) return JSON.parse(data) as Data;
    }
  } finally {
    gone.abort();
  }
  throw new Error(`the stream ended without ${event}`);
}
