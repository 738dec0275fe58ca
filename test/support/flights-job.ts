import type { TableInSilo } from '../../core/job/resolve.js';
import type { JobInput } from '../../core/job/schema.js';
import { table } from './profiles.js';

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
