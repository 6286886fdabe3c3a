import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildShop } from './build/build-shop.ts';
import { readOptions } from './options.ts';
import { runBite } from './run-bite.ts';
import { runLong } from './run-long.ts';
import { runSmall } from './run-small.ts';

const options = readOptions(process.argv.slice(2));
const directory = mkdtempSync(path.join(os.tmpdir(), 'countermand-chaos-build-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const build = await buildShop(directory);
const run = options.isBite ? runBite : options.isLong ? runLong : runSmall;
process.exitCode = await run(build, options);
