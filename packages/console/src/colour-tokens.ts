/**
 * The console's colours, as a style sheet of custom properties that follow the page's `color-scheme`: for pages that
 * stand beside it, and should look like it.
 */
export const COLOUR_TOKENS: string = `:root {
  color-scheme: light dark;
  --paper: light-dark(#f6f7f9, #0d1117);
  --card: light-dark(#ffffff, #141a23);
  --raised: light-dark(#f0f2f6, #1c2430);
  --rim: light-dark(#e0e4eb, #2a3444);
  --ink: light-dark(#18202e, #e6eaf2);
  --soft: light-dark(#5d687b, #97a3b8);
  --blue: light-dark(#2458d3, #7aa7ff);
  --blue-fill: light-dark(#2f6bed, #3b74f0);
  --orange: light-dark(#a64f05, #f0a04b);
  --red: light-dark(#c22a27, #ff7b72);
  --green: light-dark(#12744b, #4cc38a);
  --violet: light-dark(#6b41c9, #b59bff);
}
`;
