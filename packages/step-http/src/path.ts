/**
 * A path with values in it, each as one segment whatever characters it has: `` path`/orders/${orderId}/reserve` ``.
 *
 * @throws TypeError for a value that can't be a segment: empty, `.` or `..`
 */
export function path(texts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return texts.reduce((left, text, index) => left + segment(values[index - 1]) + text);
}

function segment(value: string | number | undefined): string {
  const text = String(value ?? '');
  if (text === '' || text === '.' || text === '..') throw new TypeError(`'${text}' can't be part of a path`);
  return encodeURIComponent(text);
}
