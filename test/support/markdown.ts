export interface Link {
  readonly target: string;
  readonly line: number;
}

/** The lines of a Markdown text, those of fenced code and of comments empty. */
function prose(text: string): string[] {
  const uncommented = text.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ''));
  let fence: string | undefined;
  return uncommented.split('\n').map((line) => {
    const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined;
      return '';
    }
    if (mark === undefined) return line;
    fence = mark;
    return '';
  });
}

const withoutCode = (line: string) => line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');

/** Targets of links and images: inline, by reference definition, and of the HTML that Markdown allows. */
export function linksOf(text: string): Link[] {
  return prose(text).flatMap((line, at) => {
    const plain = withoutCode(line);
    const targets = [
      ...plain.matchAll(/\]\(\s*<([^>]*)>/g),
      ...plain.matchAll(/\]\(\s*((?:[^\s<()]|\([^\s()]*\))+)/g),
      ...plain.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/g),
      ...plain.matchAll(/<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)\s*=\s*["']([^"']+)["']/gi),
    ].map(([, target = '']) => target);
    return targets.map((target) => ({ target, line: at + 1 }));
  });
}

/** The fragments that a Markdown file answers to: slugs of its headings as GitHub makes them, and anchors in HTML. */
export function anchorsOf(text: string): Set<string> {
  const lines = prose(text);
  const anchors = new Set<string>();
  const taken = new Map<string, number>();
  const add = (heading: string) => {
    const slug = slugOf(heading);
    const before = taken.get(slug) ?? 0;
    taken.set(slug, before + 1);
    anchors.add(before === 0 ? slug : `${slug}-${before}`);
  };
  lines.forEach((line, at) => {
    const [, heading] = /^ {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(line) ?? [];
    if (heading !== undefined) add(heading);
    // A line that is underlined is a heading too.
    else if (/^ {0,3}(=+|-+)[ \t]*$/.test(line) && /^ {0,3}[^\s>#|-]/.test(lines[at - 1] ?? '')) {
      add(lines[at - 1] ?? '');
    }
    for (const [, id = ''] of withoutCode(line).matchAll(
      /<[a-z][^>]*?\b(?:id|name)\s*=\s*["']([^"']+)["']/gi,
    )) {
      anchors.add(id);
    }
  });
  return anchors;
}

/** Of the heading's text: lower case, letters, digits, `_` and `-` alone, each space a hyphen. */
function slugOf(heading: string): string {
  return heading
    .trim()
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<[^>]*>/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}
