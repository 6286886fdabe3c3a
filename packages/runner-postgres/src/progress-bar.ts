const WIDTH = 24;
const AGAIN_MS = 100;

/** A bar on a terminal, for work that takes long; nothing where the output is read by a program. */
export interface ProgressBar {
  show(done: number, total: number): void;
  /** Takes it off the screen again. */
  end(): void;
}

/** A progress bar on stderr, as long as that is a terminal. */
export function progressBar(label: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show(done, total) {
      const isLast = done >= total;
      if (!stream.isTTY || (!isLast && performance.now() - shownAt < AGAIN_MS)) return;
      shownAt = performance.now();
      stream.write(`\r\u001b[K${renderBar(label, done, total)}`);
    },
    end() {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}

/** The bar as text: `upgrading trip [=====      ] 12 of 40 (30 %)`. */
export function renderBar(label: string, done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.round(share * WIDTH);
  const bar = '='.repeat(filled).padEnd(WIDTH);
  return `${label} [${bar}] ${done} of ${total} (${Math.floor(share * 100)} %)`;
}
