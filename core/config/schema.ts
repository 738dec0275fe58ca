import { z } from 'zod';
import { S3_URL } from '../exchange/s3/location.js';
import { DURATION } from '../garbage/duration.js';

const name = z.string().regex(/^[A-Za-z0-9_-]+$/, 'a name has letters, digits, _ and -');
const path = z.string().min(1);
const place = path.refine((value) => !value.startsWith('s3:') || S3_URL.test(value), {
  message:
    'a place in S3 is s3://bucket or s3://bucket/prefix, with a bucket of 3 to 63 small letters, digits, dots and dashes',
});

/** Fields that say where a table is; a table has exactly one of them. */
const KINDS = ['csv', 'parquet', 'sqlite', 'postgres'] as const;

const table = z
  .strictObject({
    csv: path.optional().describe('A CSV file: UTF-8, with a header line.'),
    parquet: path.optional().describe('A Parquet file.'),
    sqlite: path.optional().describe('An SQLite file; `table` names the table in it.'),
    postgres: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'a PostgreSQL URL begins with postgresql://')
      .optional()
      .describe(
        'URL of a PostgreSQL database, best taken from the environment; `table` names the table in it.',
      ),
    table: z
      .string()
      .min(1)
      .optional()
      .describe('Table in the database: `orders`, or `public.orders` in PostgreSQL.'),
    key: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Columns that identify a row; checked when the silo is registered.'),
    computed: z
      .record(z.string().min(1), z.string().min(1))
      .optional()
      .describe("Further columns, each a DuckDB SQL expression over the table's own columns."),
  })
  .superRefine((value, context) => {
    const [kind, second] = KINDS.filter((one) => value[one] !== undefined);
    if (kind === undefined || second !== undefined) {
      context.addIssue({ code: 'custom', message: 'give one of csv, parquet, sqlite, postgres' });
      return;
    }
    const database = kind === 'sqlite' || kind === 'postgres';
    if (database && value.table === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['table'],
        message: `a ${kind} source needs the name of its table`,
      });
    }
    if (!database && value.table !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['table'],
        message: `a ${kind} file is one table: leave this out`,
      });
    }
  });

/** More would share a memory of 1 GiB and one bus to it. */
const MOST_THREADS = 64;
const threads = z.number().superRefine((value, context) => {
  if (Number.isInteger(value) && value >= 1 && value <= MOST_THREADS) return;
  context.addIssue({
    code: 'custom',
    message: `threads are a whole number from 1 to ${MOST_THREADS}`,
    params: { suggestion: "write 1, or how many cores of the site's host its arithmetic may take" },
  });
});

const listen = z.union([z.number(), z.string()]);

const silo = z.strictObject({
  store: place
    .optional()
    .describe(
      "Folder of the silo's private store, or `s3://bucket/prefix`. Default: `<state>/silos/<silo>`.",
    ),
  threads: threads
    .optional()
    .describe("Threads of this silo's arithmetic. Default: `threads` of the configuration."),
  tables: z.record(name, table).default({}).describe('The tables of the silo, by name.'),
});

const s3 = z
  .strictObject({
    endpoint: z
      .string()
      .regex(/^https?:\/\/./, 'the endpoint of a server is http://… or https://…')
      .optional()
      .describe("URL of the server. Default: Amazon's, by region."),
    region: z.string().min(1).optional().describe('Default: AWS_REGION, or what the profile says.'),
    forcePathStyle: z
      .boolean()
      .optional()
      .describe("`endpoint/bucket` instead of `bucket.endpoint`, as most servers of one's own want it."),
  })
  .describe('How the server of `s3://` places is reached.');

/** `amalur.config.yaml`, `.yml` or `.json`. Relative paths start at its folder; `${NAME}` in a text is taken from the environment. */
export const configSchema = z.strictObject({
  catalog: z
    .string()
    .regex(/^(file:.|postgres(ql)?:\/\/)/, 'the catalog is file:<path> or postgresql://…')
    .optional()
    .describe(
      'Where the catalog is: `file:<path>` (SQLite) or `postgresql://…`. Default: `file:<state>/catalog.db`.',
    ),
  exchange: place
    .optional()
    .describe(
      'Folder of the exchange, or `s3://bucket/prefix`, reached by every site. Default: `<state>/exchange`.',
    ),
  s3: s3.default({}),
  predictions: path.default('predictions').describe('Folder into which predictions are written.'),
  state: path
    .default('.amalur')
    .describe('Folder of logs, databases and stores that are not placed elsewhere.'),
  retention: z
    .string()
    .regex(DURATION, 'a span of time is a number of hours, days or weeks: 12h, 30d, 4w')
    .default('30d')
    .describe('How long garbage collection leaves what ended runs have stored; the control worker reads it.'),
  threads: threads
    .default(1)
    .describe("Threads of each site's arithmetic; at most the cores of its host are taken."),
  codec: z
    .union([z.strictObject({ keysFile: path }), z.strictObject({ keysVariable: path })])
    .optional()
    .describe(
      'Seals payloads on the Temporal server: a file of keys, or the environment variable that has them. Default: none, unless AMALUR_CODEC_KEYS_FILE is set.',
    ),
  metricsPort: listen
    .optional()
    .describe('Port, or host:port, at which a worker gives its metrics to Prometheus. Default: none.'),
  healthPort: listen
    .optional()
    .describe('Port, or host:port, at which a worker answers /healthz and /readyz. Default: none.'),
  silos: z.record(name, silo).default({}).describe('The silos of this installation, or those of this site.'),
});

export type ConfigFile = z.output<typeof configSchema>;
export type TableEntry = ConfigFile['silos'][string]['tables'][string];
