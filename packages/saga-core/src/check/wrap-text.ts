/** Up to the next space or comma; `{ code like this }` is one piece. */
const PIECES = /(?:\{ [^{}]{1,40} \}|[^ ,])+[ ,]?|[ ,]/g;

/**
 * Breaks a text into lines of that many characters, at spaces and after commas; what is longer than a line stays whole.
 *
 * @param indent - how far all lines but the first are set in
 */
export function wrapText(text: string, width: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.match(PIECES) ?? []) {
    if (line.trim() !== '' && `${line}${piece}`.trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent);
    }
    line += piece;
  }
  return [...lines, line.trimEnd()];
}
