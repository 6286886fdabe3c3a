/** What a stream of changes looks at. */
export interface Watch {
  /** A short text that differs when what is shown would. */
  readonly fingerprint: () => Promise<string>;
  /** Calls back when it may have changed. @returns ends that */
  readonly subscribe: (listener: () => void) => () => void;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** What takes long to look at isn't looked at more often; a quarter of a second by default. */
  readonly atMostEveryMs?: number;
  /** Then it ends by itself; ten minutes by default. */
  readonly lastsMs?: number;
}

/** What other processes change shows up this late. */
const LOOK_EVERY_MS = 2_000;
/** What this process changes isn't looked at more often. */
const AT_MOST_EVERY_MS = 250;
/** Keeps proxies from closing a stream on which nothing happens. */
const KEEP_ALIVE_MS = 15_000;
/** A browser connects again, and whether it still may see this is asked anew. */
const LASTS_MS = 600_000;
/** For a reader that doesn't read no more is kept. */
const MOST_UNREAD = 16;

/**
 * Server-sent events: `changed` whenever what is shown has changed, whichever process did it. The page then asks for
 * it again, so that nothing is shown that its own requests wouldn't show.
 */
export function liveStream(watch: Watch): Response {
  const { fingerprint, subscribe, signal, atMostEveryMs = AT_MOST_EVERY_MS, lastsMs = LASTS_MS } = watch;
  const encoder = new TextEncoder();
  let end: () => void = () => undefined;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const close = () => {
        end();
        controller.close();
      };
      if (signal.aborted) return close();
      const say = (text: string): boolean => {
        if ((controller.desiredSize ?? 0) < -MOST_UNREAD) return false;
        controller.enqueue(encoder.encode(text));
        return true;
      };
      // Once it has looked: what changes after `hello` is told, and what changed before is in what the page asks for then.
      const look = onlyOneAtATime(fingerprint, atMostEveryMs, (isFirst) =>
        say(`event: ${isFirst ? 'hello' : 'changed'}\ndata: {}\n\n`),
      );
      const timers = [
        setInterval(look, LOOK_EVERY_MS),
        setInterval(() => say(': still here\n\n'), KEEP_ALIVE_MS),
        setTimeout(close, lastsMs),
      ];
      const unsubscribe = subscribe(look);
      end = () => {
        for (const timer of timers) clearTimeout(timer);
        unsubscribe();
        signal.removeEventListener('abort', close);
        end = () => undefined;
      };
      signal.addEventListener('abort', close);
      say('retry: 1000\n\n');
      look();
    },
    cancel() {
      end();
    },
  });
  return new Response(stream, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
}

/**
 * Looks now, or as soon as the look before is over and a little time has passed.
 *
 * @param onChange - false: it couldn't be told, and is told with the next look
 */
function onlyOneAtATime(
  fingerprint: () => Promise<string>,
  atMostEveryMs: number,
  onChange: (isFirst: boolean) => boolean,
): () => void {
  let before: string | undefined;
  let isLooking = false;
  let isWanted = false;
  const look = async () => {
    isLooking = true;
    while (isWanted) {
      isWanted = false;
      try {
        const now = await fingerprint();
        if (now !== before && onChange(before === undefined)) before = now;
      } catch {
        // The database may be away for a moment; the next look tells. Or the stream has ended meanwhile.
      }
      await new Promise((resolve) => setTimeout(resolve, atMostEveryMs));
    }
    isLooking = false;
  };
  return () => {
    isWanted = true;
    if (!isLooking) void look();
  };
}
