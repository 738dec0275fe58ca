export type { AmalurConfig, CodecKeysAt, SiloConfig } from './config.js';
export { parseListenAddress, type ListenAddress } from './address.js';
export { loadConfig, type LoadOptions } from './load.js';
export { configSchema, type ConfigFile } from './schema.js';
