import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildShop } from './build/build-shop.ts';
import { readOptions } from './options.ts';
import { runSmall } from './run-small.ts';

const options = readOptions(process.argv.slice(2));
const directory = mkdtempSync(path.join(os.tmpdir(), 'countermand-chaos-build-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const build = await buildShop(directory);
process.exitCode = await runSmall(build, options);
