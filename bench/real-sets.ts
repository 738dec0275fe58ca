import type { TableLocation } from '../core/sources/source.js';

export interface RealTable {
  readonly name: string;
  readonly file: string;
  readonly numeric: readonly string[];
  readonly categorical: readonly string[];
  /** How its rows are found: columns of an earlier table, and its own that they equal. The base table has none. */
  readonly join?: { readonly from: string; readonly on: readonly string[]; readonly key: readonly string[] };
}

/** A real data set under AMALUR_DATA: the base table first, each other one joined to one before it. */
export interface RealSet {
  readonly name: string;
  readonly kind: TableLocation['kind'] & ('csv' | 'parquet');
  /** Column of the base table that is predicted. */
  readonly label: string;
  /** Where the set comes from, for who does not have it. */
  readonly source: string;
  readonly tables: readonly RealTable[];
}

export const realSets: readonly RealSet[] = [
  {
    name: 'nycflights13',
    kind: 'parquet',
    label: 'arr_delay',
    source: 'the R package nycflights13 (CC0), one Parquet file a table',
    tables: [
      {
        name: 'flights',
        file: 'flights.parquet',
        numeric: ['dep_delay', 'sched_dep_time', 'distance'],
        categorical: ['carrier', 'origin'],
      },
      {
        name: 'weather',
        file: 'weather.parquet',
        numeric: ['temp', 'dewp', 'humid', 'wind_dir', 'wind_speed', 'precip', 'pressure', 'visib'],
        categorical: [],
        join: { from: 'flights', on: ['origin', 'time_hour'], key: ['origin', 'time_hour'] },
      },
      {
        name: 'planes',
        file: 'planes.parquet',
        numeric: ['year', 'engines', 'seats'],
        categorical: ['type', 'manufacturer', 'model', 'engine'],
        join: { from: 'flights', on: ['tailnum'], key: ['tailnum'] },
      },
      {
        name: 'airports',
        file: 'airports.parquet',
        numeric: ['lat', 'lon', 'alt', 'tz'],
        categorical: ['tzone'],
        join: { from: 'flights', on: ['dest'], key: ['faa'] },
      },
    ],
  },
  {
    name: 'favorita',
    kind: 'csv',
    label: 'Y',
    source: 'the retail data of the Corporación Favorita competition, in the small form used by JoinBoost',
    tables: [
      { name: 'sales', file: 'sales_small.csv', numeric: ['unit_sales'], categorical: ['onpromotion'] },
      {
        name: 'items',
        file: 'items.csv',
        numeric: ['f1'],
        categorical: ['family', 'class', 'perishable'],
        join: { from: 'sales', on: ['item_nbr'], key: ['item_nbr'] },
      },
      {
        name: 'transactions',
        file: 'transactions.csv',
        numeric: ['transactions', 'f5'],
        categorical: [],
        join: { from: 'sales', on: ['tid'], key: ['tid'] },
      },
      {
        name: 'stores',
        file: 'stores.csv',
        numeric: ['f4'],
        categorical: ['city', 'state', 'stype', 'cluster'],
        join: { from: 'transactions', on: ['store_nbr'], key: ['store_nbr'] },
      },
      {
        name: 'oil',
        file: 'oil.csv',
        numeric: ['dcoilwtico', 'f3'],
        categorical: [],
        join: { from: 'transactions', on: ['date'], key: ['date'] },
      },
      {
        name: 'holidays',
        file: 'holidays.csv',
        numeric: ['f2'],
        categorical: ['htype', 'locale', 'locale_name', 'transferred'],
        join: { from: 'transactions', on: ['date'], key: ['date'] },
      },
    ],
  },
];
