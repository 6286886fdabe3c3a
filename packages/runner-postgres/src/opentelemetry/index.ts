export type * from '../ports/telemetry.js';
export { type OpenTelemetryOptions, openTelemetry } from './open-telemetry.js';
