import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AmalurError } from '../errors.js';
import { parseDuration } from '../garbage/duration.js';
import { parseWith } from '../parse-with.js';
import type { TableDefinition, TableLocation } from '../sources/source.js';
import { parseListenAddress } from './address.js';
import type { AmalurConfig, CodecKeysAt, SiloConfig } from './config.js';
import { expandEnvironment } from './environment.js';
import { readYaml } from './read-yaml.js';
import { configSchema, type ConfigFile, type TableEntry } from './schema.js';

const NAMES = ['amalur.config.yaml', 'amalur.config.yml', 'amalur.config.json'] as const;

export interface LoadOptions {
  /** Where `${NAME}` is taken from. Default: the environment of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Loads the configuration from its file, or from the one that a folder holds, with defaults filled in and paths made absolute. Does not look
 * at the sources. Throws AMALUR_INVALID_CONFIG, AMALUR_UNKNOWN_FIELD, AMALUR_WRONG_TYPE or AMALUR_DUPLICATE_NAME.
 */
export function loadConfig(
  folderOrFile: string,
  { environment = process.env }: LoadOptions = {},
): AmalurConfig {
  const file = findFile(resolve(folderOrFile));
  const written = readYaml(readFileSync(file, 'utf8'), basename(file)) ?? {};
  const config = parseWith(configSchema, expandEnvironment(written, environment), 'config');
  const from = (path: string) => resolve(dirname(file), path);
  const place = (given: string) => (given.startsWith('s3:') ? given : from(given));
  const stateFolder = from(config.state);
  return {
    file,
    catalogUrl: catalogUrl(config, from, stateFolder),
    exchange: config.exchange === undefined ? join(stateFolder, 'exchange') : place(config.exchange),
    s3: s3Options(config.s3),
    silos: Object.entries(config.silos).map(([name, silo]): SiloConfig => ({
      name,
      store: silo.store === undefined ? join(stateFolder, 'silos', name) : place(silo.store),
      threads: silo.threads ?? config.threads,
      tables: Object.entries(silo.tables).map(([table, entry]) => definitionOf(table, entry, from)),
    })),
    predictions: from(config.predictions),
    stateFolder,
    retentionMs: parseDuration(config.retention) ?? 0,
    threads: config.threads,
    codec: codecOf(config, from),
    metrics: parseListenAddress(config.metricsPort, 'metricsPort'),
    health: parseListenAddress(config.healthPort, 'healthPort'),
  };
}

function findFile(place: string): string {
  const kind = statSync(place, { throwIfNoEntry: false });
  if (kind?.isFile()) return place;
  const found = NAMES.map((name) => join(place, name)).filter((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile(),
  );
  const [file, second] = found;
  if (file === undefined) {
    throw new AmalurError('AMALUR_INVALID_CONFIG', `there is no ${NAMES[0]} (.yml, .json) at ${place}`, {
      suggestion: 'run amalur init, which writes an example, or name the folder that has one',
    });
  }
  if (second !== undefined) {
    throw new AmalurError(
      'AMALUR_INVALID_CONFIG',
      `${place} has two configurations: ${basename(file)} and ${basename(second)}`,
      {
        suggestion: 'remove one of them, or name the file that is meant',
      },
    );
  }
  return file;
}

function codecOf({ codec }: ConfigFile, from: (path: string) => string): CodecKeysAt | undefined {
  if (!codec) return undefined;
  return 'keysFile' in codec ? { file: from(codec.keysFile) } : { variable: codec.keysVariable };
}

function catalogUrl({ catalog }: ConfigFile, from: (path: string) => string, stateFolder: string): string {
  if (catalog === undefined) return `file:${join(stateFolder, 'catalog.db')}`;
  return catalog.startsWith('file:') ? `file:${from(catalog.slice('file:'.length))}` : catalog;
}

function s3Options({ endpoint, region, forcePathStyle }: ConfigFile['s3']): AmalurConfig['s3'] {
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
  };
}

function definitionOf(name: string, entry: TableEntry, from: (path: string) => string): TableDefinition {
  return {
    name,
    location: locationOf(entry, from),
    ...(entry.key && { key: entry.key }),
    ...(entry.computed && { computed: entry.computed }),
  };
}

/** The schema sees to it that there is one location, with a table where it needs one. */
function locationOf(
  { csv, parquet, sqlite, postgres, table = '' }: TableEntry,
  from: (path: string) => string,
): TableLocation {
  if (csv !== undefined) return { kind: 'csv', path: from(csv) };
  if (parquet !== undefined) return { kind: 'parquet', path: from(parquet) };
  if (sqlite !== undefined) return { kind: 'sqlite', path: from(sqlite), table };
  return { kind: 'postgres', url: postgres ?? '', table };
}
