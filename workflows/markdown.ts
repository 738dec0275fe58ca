/** A table as the UI shows it. Cells are plain text. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((cells) => line(cells.map(plain)))].join('\n');
}

/** Names and what they are, in two columns. A value that is undefined is left out. */
export function markdownFacts(
  facts: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const known = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`| **${plain(name)}** | ${plain(value)} |`],
  );
  return ['| | |', '| --- | --- |', ...known].join('\n');
}

/** A text that says itself, whatever signs it has. */
export function plain(text: string): string {
  return text.replace(/[\\|<>*[\]`]/g, '\\$&').replace(/\s+/g, ' ');
}
