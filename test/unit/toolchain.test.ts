import { expect, it } from 'vitest';
import { duckdbVersion, temporalVersion } from '../../workers/toolchain.js';

it('the set-up installs what the workers look for', async () => {
  // @ts-expect-error: the set-up is plain JavaScript
  const pins = (await import('../../scripts/setup/pins.mjs')) as Record<
    'temporal' | 'duckdb',
    { version: string }
  >;
  expect(pins.temporal.version).toBe(temporalVersion);
  expect(pins.duckdb.version).toBe(duckdbVersion);
});
