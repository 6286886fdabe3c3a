import { whichOf } from '../guard-names.js';

/** What a function is where it stands in a machine's configuration, for people: `the guard of PAY in PENDING (1st of 2)`. */
export function placeOf(path: readonly string[]): string {
  const [first, name = ''] = path;
  if (first === 'guards') return name;
  if (first === 'actions') return `the action ${name}`;
  if (first === 'delays') return `the delay ${name}`;
  const states: string[] = [];
  let at = 0;
  for (; path[at] === 'states'; at += 2) states.push(path[at + 1] ?? '');
  const where = states.length === 0 ? 'at the top' : `in ${states.join('.')}`;
  const rest = path.slice(at);
  const kind = rest.includes('guard') ? 'the guard of ' : rest.includes('actions') ? 'the actions of ' : '';
  return `${kind}${whatIn(rest)} ${where}${kind === '' ? '' : turnIn(rest)}`;
}

/** `PAY`, `onError of charge`, `after TTL`, `the entry`. */
function whatIn([first = '', second = '', ...rest]: readonly string[]): string {
  switch (first) {
    case 'on':
      return second;
    case 'after':
      return `after ${second}`;
    case 'invoke': {
      const key = [second, ...rest].find((one) => one.startsWith('on') || one === 'input') ?? '';
      const src = [second, ...rest].find((one) => one.startsWith(SOURCE))?.slice(SOURCE.length);
      return `${key === 'input' ? 'the input' : key} of ${src}`;
    }
    case 'entry':
    case 'exit':
      return `the ${first}`;
    case 'context':
      return 'the context';
    case 'meta':
      return 'what is kept';
    default:
      return first;
  }
}

/** Stands in a path before the name of the step that is invoked. */
export const SOURCE = 'src ';

/** One of several transitions, which. */
function turnIn(path: readonly string[]): string {
  const end = path.findIndex((one) => one === 'guard' || one === 'actions');
  const [, turn, count] = /^(\d+)\/(\d+)$/.exec(path[end - 1] ?? '') ?? [];
  return turn === undefined ? '' : whichOf(Number(turn) - 1, Number(count));
}
