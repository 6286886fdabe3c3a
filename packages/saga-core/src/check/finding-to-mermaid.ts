import type { Finding } from './check-report.js';
import { describeState } from './describe-cause.js';
import { quoted } from './mermaid-text.js';

/** The way to a finding as a Mermaid flowchart; where it leads, and what leaks there, in red. */
export function findingToMermaid({ rule, message, trace }: Finding): string {
  const last = trace.length - 1;
  const nodes = trace.map(({ state, open }, index) => {
    const lines = [describeState(state), ...(open.length > 0 ? [`open: ${open.join(', ')}`] : [])];
    return `  n${index}["${lines.map(quoted).join('<br/>')}"]`;
  });
  const edges = trace
    .slice(1)
    .map(
      ({ what, guards }, index) =>
        `  n${index} -->|"${quoted([what, ...(guards ?? [])].join('; '))}"| n${index + 1}`,
    );
  return [
    'flowchart TD',
    ...nodes,
    ...edges,
    `  leak["${quoted(`${rule}: ${message}`)}"]`,
    ...(last >= 0 ? [`  n${last} --- leak`, `  class n${last} leak`] : []),
    '  class leak leak',
    '  classDef leak fill:#c0392b,stroke:#7b241c,color:#ffffff',
  ].join('\n');
}
