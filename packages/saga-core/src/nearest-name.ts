/**
 * What follows a name that isn't there, for the end of a message: the nearest of those that are, or else all of them.
 *
 * @returns `; did you mean 'CANCEL'?`, `; there are GO, STOP`, or that there is none
 */
export function didYouMean(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  if (nearest !== undefined) return `; did you mean '${nearest}'?`;
  const [only, ...others] = names;
  if (only === undefined) return '; there is none';
  return others.length === 0 ? `; there is only '${only}'` : `; there are ${names.join(', ')}`;
}

/** The one of these names that somebody who wrote another one is likely to have meant. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(name.length / 3));
  const [nearest] = names
    .map((one) => ({ one, far: distance(plain(name), plain(one)) }))
    .filter(({ far }) => far <= most)
    .sort((a, b) => a.far - b.far);
  return nearest?.one;
}

/** Upper and lower case, and how words are joined, are mistaken most. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s._-]/g, '');
}

/** How many letters must be put in, left out, changed or swapped with the next to make one text of the other. */
function distance(from: string, to: string): number {
  let [before, last]: [readonly number[], readonly number[]] = [[], [...Array(to.length + 1).keys()]];
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const ways = [at(line, column - 1) + 1, at(last, column) + 1, at(last, column - 1) + (isSame ? 0 : 1)];
      line.push(Math.min(...ways, ...(isSwap ? [at(before, column - 2) + 1] : [])));
    }
    [before, last] = [last, line];
  }
  return at(last, to.length);
}

function at(line: readonly number[], index: number): number {
  return line[index] ?? Number.POSITIVE_INFINITY;
}
