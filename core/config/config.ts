import type { ListenAddress } from './address.js';
import type { S3Options } from '../exchange/s3/location.js';
import type { TableDefinition } from '../sources/source.js';

export interface SiloConfig {
  readonly name: string;
  readonly tables: readonly TableDefinition[];
  /** Folder or `s3://` URL of the silo's private store: snapshots, parameters, masks. Never shared. */
  readonly store: string;
  /** Threads of its arithmetic. */
  readonly threads: number;
}

/** Where the keys are by which payloads are sealed: never the keys themselves. */
export type CodecKeysAt = { readonly file: string } | { readonly variable: string };

/** An installation, or one site's view of it: what `amalur.config.{yaml,yml,json}` says, with defaults and absolute paths. */
export interface AmalurConfig {
  /** File it was read from. */
  readonly file: string;
  /** `file:…` for SQLite or `postgresql://…`. Only the control worker opens it. */
  readonly catalogUrl: string;
  /** Folder or `s3://` URL of the exchange, reached by every site. */
  readonly exchange: string;
  /** How the server of `s3://` URLs is reached; credentials are the environment's. */
  readonly s3: S3Options;
  readonly silos: readonly SiloConfig[];
  /** Folder into which predictions are written by default. */
  readonly predictions: string;
  /** Folder for logs, the dev server's database and the like. */
  readonly stateFolder: string;
  /** How long `amalur gc` leaves what ended runs have stored, in milliseconds. */
  readonly retentionMs: number;
  /** Threads of the aggregator's arithmetic. */
  readonly threads: number;
  /** Where the keys of the payload codec are; undefined: where the environment says. */
  readonly codec: CodecKeysAt | undefined;
  /** Where a worker listens for Prometheus; undefined: nowhere. */
  readonly metrics: ListenAddress | undefined;
  /** Where a worker answers whether it lives and is ready; undefined: nowhere. */
  readonly health: ListenAddress | undefined;
}
