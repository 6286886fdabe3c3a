/** Opens the console as a user's server would, and asks for its page and for all that the page refers to. */
const body = `
const runner = createRunner({ connection: process.env.DATABASE_URL ?? '', sagas: [] });
const opened = createConsole({ runner, authorize: () => ({ name: 'jane', may: ['read'] }) });
const ask = (path) => opened.fetch(new Request('http://127.0.0.1/console' + path));
async function main() {
  const page = await (await ask('/')).text();
  const assets = [...page.matchAll(/"\\.(\\/assets\\/[^"]+)"/g)].map(([, path]) => path);
  if (assets.length < 3) throw new Error('the page refers to ' + assets.join());
  for (const path of assets) {
    const { status } = await ask(path);
    if (status !== 200) throw new Error(path + ': ' + status);
  }
  const { name } = await (await ask('/api/me')).json();
  if (name !== 'jane') throw new Error(name);
  opened.close();
  await runner.stop();
}
main();
`;

/** The same program as a module and in CommonJS, and what its author would write down of its types. */
export const consolePrograms = {
  'console.mjs': `import { createConsole } from '@countermand/console';
import { createRunner } from '@countermand/runner-postgres';
${body}`,
  'console.cjs': `const { createConsole } = require('@countermand/console');
const { createRunner } = require('@countermand/runner-postgres');
${body}`,
};

/** TypeScript that compiles where the types of the package resolve and say what is meant. */
export const consoleTypes = `import { type Authorize, type Console, createConsole } from '@countermand/console';
import { layoutStatechart } from '@countermand/console/statechart';
import { createRunner } from '@countermand/runner-postgres';

const authorize: Authorize = () => ({ name: 'jane', may: ['read'] });
export const opened: Console = createConsole({ runner: createRunner({ connection: 'x', sagas: [] }), authorize });
export const width: (graph: Parameters<typeof layoutStatechart>[0]) => Promise<number> = async (graph) =>
  (await layoutStatechart(graph)).width;
// @ts-expect-error there is no console without somebody who says who may see it
createConsole({ runner: createRunner({ connection: 'x', sagas: [] }) });
`;
