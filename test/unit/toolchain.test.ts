import { expect, it } from 'vitest';
import * as pins from '../../scripts/setup/pins.mjs';
import { duckdbVersion, temporalVersion } from '../../workers/toolchain.js';

it('the set-up installs what the workers look for', () => {
  expect(pins.temporal.version).toBe(temporalVersion);
  expect(pins.duckdb.version).toBe(duckdbVersion);
});
