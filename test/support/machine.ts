import { cpus, loadavg, totalmem } from 'node:os';

/** What times depend on, to be read beside them. `load`: processes that compute or wait for a processor, mean of 15 minutes. */
export function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load: Math.round((loadavg()[2] ?? 0) * 10) / 10,
  };
}
