export type { AmalurConfig, SiloConfig } from './config.js';
export { loadConfig, type LoadOptions } from './load.js';
export { configSchema, type ConfigFile } from './schema.js';
