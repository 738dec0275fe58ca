import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Service {
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly command?: string | readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: object;
  readonly secrets: object;
}

/** A compose file of this repository, by its path in it. */
export function readCompose(file: string): Compose {
  return parse(readFileSync(path.join(root, file), 'utf8'), { merge: true }) as Compose;
}

/** Replaces `${NAME:-default}` as docker compose does. */
export function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$\{(\w+)(?::-([^}]*))?\}/g,
    (_, name: string, otherwise = '') => variables[name] ?? (otherwise as string),
  );
}
