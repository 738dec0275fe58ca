type Entries<T> = Readonly<Record<string, T>> | ReadonlyMap<string, T>;

/** What a collection by party (or by silo) has for one of them; that it has something is for the caller to know. */
export function entryOf<T>(entries: Entries<T>, name: string): T {
  const found = isMap(entries) ? entries.get(name) : entries[name];
  if (found === undefined) throw new Error(`nothing is known of ${name}`);
  return found;
}

function isMap<T>(entries: Entries<T>): entries is ReadonlyMap<string, T> {
  return entries instanceof Map;
}
