import type { ColumnProfile, TableProfile } from '../../core/sources/profile.js';
import type { TableInSilo } from '../../core/job/resolve.js';
import type { JobInput } from '../../core/job/schema.js';

/** `name type distinct nulls`, a column a line. */
function columns(text: string): ColumnProfile[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', type = 'other', distinct = '0', nulls = '0'] = line.trim().split(/\s+/);
      return { name, type: type as ColumnProfile['type'], distinct: Number(distinct), nulls: Number(nulls) };
    });
}

function table(silo: string, name: string, rows: number, text: string, keys: string[][]): TableInSilo {
  const profile: TableProfile = {
    table: name,
    rows,
    columns: columns(text),
    keys,
    contentHash: `hash-of-${name}`,
    bytes: rows * 50,
  };
  return { silo, profile };
}

/** Profiles with the counts of nycflights13. */
export const flightsTables: readonly TableInSilo[] = [
  table(
    'airline',
    'flights',
    336_776,
    `id integer 336776
     year integer 1
     month integer 12
     day integer 31
     dep_time integer 1318 8255
     dep_delay integer 527 8255
     arr_delay integer 577 9430
     carrier text 16
     tailnum text 4043 2512
     origin text 3
     dest text 105
     distance integer 214
     diverted boolean 2
     time_hour timestamp 6936`,
    [['id']],
  ),
  table(
    'weather',
    'hourly',
    26_115,
    `origin text 3
     time_hour timestamp 8714
     temp number 174 1
     wind_gust number 100 20778
     station_note text 0 26115
     visib number 20`,
    [['origin', 'time_hour']],
  ),
  table(
    'registry',
    'planes',
    3322,
    `tailnum text 3322
     year integer 46 70
     manufacturer text 35
     speed integer 13 3299
     raw other 3322`,
    [['tailnum']],
  ),
  table(
    'registry',
    'airports',
    1458,
    `faa text 1458
     lat number 1456
     alt integer 911`,
    [['faa']],
  ),
];

export const flightsJob: JobInput = {
  name: 'late-arrivals',
  task: 'classification',
  target: { base: 'airline.flights', label: { column: 'arr_delay', atLeast: 15 } },
  integration: {
    scenario: 'left',
    joins: [
      { table: 'weather.hourly', on: ['origin', 'time_hour'] },
      { table: 'registry.planes', on: ['tailnum'] },
      { table: 'registry.airports', as: 'origin', on: [{ base: 'origin', table: 'faa' }] },
      { table: 'registry.airports', as: 'destination', on: [{ base: 'dest', table: 'faa' }] },
    ],
  },
  features: {
    exclude: ['airline.flights.dep_delay', 'airline.flights.dep_time'],
    encode: { 'airline.flights.month': 'categorical' },
  },
  model: { type: 'logistic-regression', l2: 0.001 },
  split: { test: 0.2, seed: 7 },
};
