import path from 'node:path';
import type { NextConfig } from 'next';

export default {
  // What talks to PostgreSQL is loaded as it is, not bundled.
  serverExternalPackages: [
    '@countermand/runner-postgres',
    '@countermand/saga-core',
    '@countermand/step-http',
    'xstate',
  ],
  turbopack: { root: path.resolve(import.meta.dirname, '../../..') },
  // `pnpm test:recipes` checks them with all others.
  typescript: { ignoreBuildErrors: true },
} satisfies NextConfig;
