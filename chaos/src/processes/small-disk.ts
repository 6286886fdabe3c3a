import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Grows only as far as it is written to. */
const SIZE_BYTES = 8 * 1024 ** 3;

/** A file system of its own, which can be filled to the last byte without anybody else running out of space. */
export class SmallDisk {
  /** Where it is. */
  readonly directory: string;
  readonly #image: string;
  readonly #unmountAtExit = () => this.unmount();

  private constructor(directory: string, image: string) {
    this.directory = directory;
    this.#image = image;
    process.once('exit', this.#unmountAtExit);
  }

  /** Makes one in the folder; `undefined` where the machine doesn't let us: it takes root, and a loop device. */
  static mount(folder: string): SmallDisk | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    const image = path.join(folder, 'disk.img');
    const directory = path.join(folder, 'disk');
    writeFileSync(image, '');
    truncateSync(image, SIZE_BYTES);
    mkdirSync(directory);
    if (!run('mkfs.ext4', '-q', '-F', image) || !run('mount', '-o', 'loop', image, directory)) {
      rmSync(image);
      return undefined;
    }
    chmodSync(directory, 0o755);
    return new SmallDisk(directory, image);
  }

  /** Leaves no space to anybody but root. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.directory);
    if (!run('fallocate', '-l', String(bavail * bsize), this.#ballast))
      throw new Error('the disk could not be filled');
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    process.off('exit', this.#unmountAtExit);
    run('umount', '--lazy', this.directory);
    rmSync(this.#image, { force: true });
  }

  get #ballast(): string {
    return path.join(this.directory, 'ballast');
  }
}

function run(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
