import { expect, it } from 'vitest';
import { hostName } from '../../../workers/host-name.js';

it('a host is named as asked, else as the machine, in letters that a queue may have', () => {
  expect(hostName('a-1')).toBe('a-1');
  expect(hostName(undefined, 'node7.example.org')).toBe('node7-example-org');
  expect(hostName(undefined, 'probe')).toBe('host');
  expect(hostName(undefined, '')).toBe('host');
});

it.each(['probe', '', 'a.b', 'a b'])('a host is not named "%s": another queue is, or none can be', (name) => {
  expect(() => hostName(name)).toThrow(
    expect.objectContaining({ code: 'AMALUR_INVALID_CONFIG', field: '--host' }) as Error,
  );
});
