/** The UI sets cells without a margin: an em space, which no Markdown trims. */
const APART = '\u2003';

/** A table as the UI shows it. Cells are plain text. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const last = head.length - 1;
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at < last ? `${cell}${APART}` : `${cell} `)).join('| ')}|`;
  return [
    line(head),
    `|${head.map(() => ' :-- |').join('')}`,
    ...rows.map((cells) => line(cells.map(plain))),
  ].join('\n');
}

/** Names and what they are, in two columns; empty where every value is undefined. */
export function markdownFacts(
  facts: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const known = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`| **${plain(name)}**${APART}| ${plain(value)} |`],
  );
  return known.length === 0 ? '' : ['| | |', '| --- | --- |', ...known].join('\n');
}

/** A text that says itself, whatever signs it has. */
export function plain(text: string): string {
  // Within a word an underscore stands for itself, and a code is easier to read without more.
  return text.replace(/[\\|<>*~&[\]`]|(?<!\w)_+|_+(?!\w)/g, escaped).replace(/\s+/g, ' ');
}

function escaped(signs: string): string {
  return Array.from(signs, (sign) => `\\${sign}`).join('');
}
