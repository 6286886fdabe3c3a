/** Breaks the paragraphs of a Markdown page into lines of that many characters, at spaces; code stays as it is. */
export function wrapMarkdown(page: string, width: number): string {
  let isCode = false;
  return page
    .split('\n')
    .flatMap((line) => {
      const isFence = line.startsWith('```');
      if (isFence) isCode = !isCode;
      return isFence || isCode || line.length <= width ? [line] : wrapped(line, width);
    })
    .join('\n');
}

/** What is longer than a line stays whole; the lines of an item of a list stand below its text. */
function wrapped(text: string, width: number): string[] {
  const [indent = ''] = /^(?:[-*] )?/.exec(text)?.map((mark) => ' '.repeat(mark.length)) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line.trim() === '' || longer.length <= width) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = `${indent}${word}`;
  }
  return [...lines, line];
}
