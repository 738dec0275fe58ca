import type { ErrorCode } from '../../core/errors.js';

/** Text of a configuration file with a mistake, and what its author is to be told. */
export interface BrokenConfig {
  readonly what: string;
  readonly text: string;
  readonly code: ErrorCode;
  readonly field?: string;
  readonly suggestion: RegExp;
}

export const brokenConfigs: readonly BrokenConfig[] = [
  {
    what: 'a silo twice',
    text: 'silos:\n  shop: {}\n  crm: {}\n  shop: {}\n',
    code: 'AMALUR_DUPLICATE_NAME',
    field: 'silos.shop',
    suggestion: /rename|remove|twice/,
  },
  {
    what: 'a table twice in a silo',
    text: 'silos:\n  shop:\n    tables:\n      orders: { csv: a.csv }\n      orders: { csv: b.csv }\n',
    code: 'AMALUR_DUPLICATE_NAME',
    field: 'silos.shop.tables.orders',
    suggestion: /rename|remove|twice/,
  },
  {
    what: 'a field that does not exist',
    text: 'silos:\n  shop:\n    tables:\n      orders: { cvs: orders.csv }\n',
    code: 'AMALUR_UNKNOWN_FIELD',
    field: 'silos.shop.tables.orders.cvs',
    suggestion: /did you mean csv\?/,
  },
  {
    what: 'a field of a wrong type',
    text: 'silos:\n  shop:\n    tables:\n      orders: { csv: orders.csv, key: order_id }\n',
    code: 'AMALUR_WRONG_TYPE',
    field: 'silos.shop.tables.orders.key',
    suggestion: /list/,
  },
  {
    what: 'a table without a place',
    text: 'silos:\n  shop:\n    tables:\n      orders: { key: [order_id] }\n',
    code: 'AMALUR_INVALID_CONFIG',
    field: 'silos.shop.tables.orders',
    suggestion: /csv, parquet, sqlite, postgres/,
  },
  {
    what: 'a database without the name of its table',
    text: 'silos:\n  shop:\n    tables:\n      orders: { sqlite: shop.db }\n',
    code: 'AMALUR_INVALID_CONFIG',
    field: 'silos.shop.tables.orders.table',
    suggestion: /needs the name of its table/,
  },
  {
    what: 'a variable that the environment does not have',
    text: 'silos:\n  shop:\n    tables:\n      orders: { postgres: "${AMALUR_NO_SUCH_VARIABLE}", table: orders }\n',
    code: 'AMALUR_INVALID_CONFIG',
    suggestion: /AMALUR_NO_SUCH_VARIABLE/,
  },
  {
    what: 'a number of threads that cannot be',
    text: 'silos:\n  shop: { threads: 0 }\n',
    code: 'AMALUR_INVALID_CONFIG',
    field: 'silos.shop.threads',
    suggestion: /how many cores/,
  },
  {
    what: 'a text that is not YAML',
    text: 'silos: { shop: { tables: [ }\n',
    code: 'AMALUR_INVALID_CONFIG',
    suggestion: /YAML/,
  },
];
