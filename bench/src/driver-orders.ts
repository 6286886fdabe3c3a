/** What the process of a driver is told to do. */
export type Order =
  | {
      readonly do: 'open';
      readonly program: string;
      readonly setting: string;
      readonly url: string;
      readonly folder: string;
      readonly exact: boolean;
      readonly stepMs?: { readonly min: number; readonly max: number };
    }
  | { readonly do: 'loop'; readonly inFlight: number; readonly seconds: number }
  | { readonly do: 'arrivals'; readonly perSecond: number; readonly seconds: number }
  | { readonly do: 'completed' | 'usage' | 'close' };

/** What it answers. */
export type Answer = { readonly value: unknown } | { readonly error: string };

/** What a process has used so far. */
export interface WorkerUsage {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}
