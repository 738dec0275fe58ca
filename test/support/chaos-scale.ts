/** Whether the tests may take as long as `npm run test:chaos` lets them: outages of a minute instead of seconds, loads besides. */
export const long = process.env['AMALUR_CHAOS'] === 'long';

/** Seconds for which something is away: in any case longer than a heartbeat may be late or a database may be busy. */
export const OUTAGE_SECONDS = long ? 60 : 12;
