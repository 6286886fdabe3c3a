import type { GraphState, GraphTransition } from '@countermand/saga-core';

/** A statechart with a place for everything. Plain JSON; all coordinates in pixels from the top left corner. */
export interface StatechartLayout {
  readonly saga: string;
  readonly width: number;
  readonly height: number;
  /** Parents before children. */
  readonly states: readonly LaidState[];
  readonly edges: readonly LaidEdge[];
  /** The dot from which the chart begins, and the line from there. */
  readonly start: { readonly x: number; readonly y: number; readonly points: readonly Point[] } | undefined;
}

/** A point. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A state and its place. */
export interface LaidState extends Box {
  readonly state: GraphState;
  /** It is drawn around others. */
  readonly isOpen: boolean;
  /** Paths that it stands for: its own, and those of states inside that aren't drawn. */
  readonly paths: readonly string[];
  /** What is written below its name, a line each: its steps, or the states inside that aren't drawn. */
  readonly lines: readonly string[];
}

/** All transitions from one drawn state to another, as one line. */
export interface LaidEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly transitions: readonly GraphTransition[];
  readonly points: readonly Point[];
  readonly label: (Box & { readonly lines: readonly LabelLine[] }) | undefined;
}

/** A line of an edge's label. */
export interface LabelLine {
  readonly kind: GraphTransition['trigger']['kind'];
  readonly text: string;
}

/** Sizes that the layout reserves room for and the drawing keeps to, in pixels. */
export const SIZES = {
  name: 13,
  line: 11,
  label: 11,
  lineHeight: 16,
  labelHeight: 15,
  header: 30,
  icon: 13,
} as const;
