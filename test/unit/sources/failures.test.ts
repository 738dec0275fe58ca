import { expect, test } from 'vitest';
import { failureOf } from '../../../activities/failures.js';
import type { TableDefinition } from '../../../core/sources/index.js';
import { unreadable } from '../../../core/sources/failures.js';

const orders: TableDefinition = {
  name: 'orders',
  location: { kind: 'postgres', url: 'postgresql://u:PASSWORD@127.0.0.1:1/shop', table: 'orders' },
};

test.each([
  'IO Error: Unable to connect to Postgres at "postgresql://u:PASSWORD@db/shop": Connection refused',
  'IO Error: Unable to connect to Postgres at "u:PASSWORD": FATAL: sorry, too many clients already',
  'IO Error: Failed to execute query "COPY PASSWORD": server closed the connection unexpectedly',
  'IO Error: Failed to read: FATAL:  terminating connection due to administrator command PASSWORD',
  'IO Error: could not receive data from server: Connection reset by peer PASSWORD',
  'IO Error: Could not write to file "PASSWORD": No space left on device',
])('what may be over in a moment is tried again, and quotes nothing: %s', (message) => {
  const failure = failureOf(unreadable(new Error(message), orders));
  expect(failure).toMatchObject({ nonRetryable: false });
  expect(failure.type).toMatch(/^AMALUR_(SOURCE_UNREACHABLE|DISK_FULL)$/);
  expect(failure.message).toMatch(/^table orders: /);
  expect(`${failure.message}${JSON.stringify(failure)}`).not.toContain('PASSWORD');
});

test.each([
  'IO Error: Unable to connect to Postgres at "x": FATAL:  password authentication failed for user "u"',
  'IO Error: Unable to connect to Postgres at "x": FATAL:  database "shop" does not exist',
  "Conversion Error: Could not convert string 'Connection refused, No space left on device' to INT32",
])('what somebody has to mend ends the run: %s', (message) => {
  expect(failureOf(unreadable(new Error(message), orders))).toMatchObject({ nonRetryable: true });
});
