const WHITE = /[ \t\r\n]*/y;
const SCALAR =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** Where a text stops being JSON, which not every version of Node says: the offset of the first character that cannot stand there. */
export function jsonErrorOffset(text: string): number | undefined {
  let at = 0;

  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return false;
    at = pattern.lastIndex;
    return true;
  };
  const skip = (character: string): boolean => {
    take(WHITE);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  /** What stands between two brackets: members with commas between them. */
  const members = (close: string, member: () => boolean): boolean => {
    if (skip(close)) return true;
    do {
      if (!member()) return false;
    } while (skip(','));
    return skip(close);
  };
  const value = (): boolean => {
    if (skip('{')) {
      return members('}', () => {
        take(WHITE);
        return take(STRING) && skip(':') && value();
      });
    }
    if (skip('[')) return members(']', value);
    return take(SCALAR);
  };

  const whole = value() && (take(WHITE), at === text.length);
  return whole ? undefined : at;
}

/** `line 3, column 14`, counted from 1. */
export function positionAt(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
