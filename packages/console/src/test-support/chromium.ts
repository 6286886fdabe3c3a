import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Whether a Chromium is installed; with `REQUIRE_CHROMIUM` set, tests run and fail where it isn't. */
export function hasChromium(): boolean {
  return process.env['REQUIRE_CHROMIUM'] !== undefined || PLACES.some((place) => existsSync(place));
}

/** A real browser with an empty profile. */
export async function openChromium(options: BrowserContextOptions = {}) {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'console-chromium-'));
  const executablePath = PLACES.find((place) => existsSync(place));
  if (executablePath === undefined)
    throw new Error('Chromium is not installed: .ci/install-chromium installs it');
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: 1360, height: 900 },
    ...options,
  });
  return {
    context,
    /** Ends it, and removes its profile. */
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
