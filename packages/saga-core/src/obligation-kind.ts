/** Why nothing can be of that kind, if so: `kind:instance` must be read in one way only. */
export function faultOfKind(kind: string): string | undefined {
  if (kind !== '' && !kind.includes(':')) return undefined;
  return `'${kind}' is no kind of obligation: it must be a text without ':', which parts it from the instance`;
}
