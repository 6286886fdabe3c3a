export type {
  GraphState,
  GraphTransition,
  MachineGraph,
} from '@countermand/saga-core';
export { type DrawOptions, drawStatechart, type Statechart } from './draw-statechart.js';
export type { FoldOptions } from './fold-graph.js';
export { type Elk, type LayoutOptions, layoutStatechart } from './layout-statechart.js';
export type {
  Box,
  LabelLine,
  LaidEdge,
  LaidState,
  Point,
  StatechartLayout,
} from './statechart-layout.js';
export type { Heat, StatechartMarks } from './statechart-marks.js';
export { pathsIn, traceWay, type Way, type WayEntry } from './trace-way.js';
