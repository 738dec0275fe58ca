import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadedAtStart } from '../../support/loaded-at-start.js';

/** What has native parts, or takes longer to load than all of a command. */
const HEAVY =
  /^(@temporalio|@prisma|@duckdb|@aws-sdk|@tensorflow|@inquirer|libsql|fastify|@fastify|vega|vega-lite|protobufjs|preact)(\/|$)/;

const heavyIn = (entry: string) =>
  [...loadedAtStart(entry)].filter(([name]) => HEAVY.test(name)).map(([, way]) => way);
const among = (entry: string, pattern: RegExp) => heavyIn(entry).filter((way) => pattern.test(way));

describe('a process starts with what it needs, and no more', () => {
  test('the command line itself parses words and prints tables', () => {
    expect([...loadedAtStart('client/cli/main.ts').keys()].sort()).toEqual(['cli-table3', 'commander']);
  });

  test.each(readdirSync('client/cli').filter((file) => /(?<!\.d)\.ts$/.test(file)))(
    'nothing of %s loads a client, a server or a database before it is used',
    (file) => {
      expect(heavyIn(`client/cli/${file}`)).toEqual([]);
    },
  );

  test('a compute child knows neither Temporal nor a catalog, and loads DuckDB when it reads', () => {
    expect(heavyIn('workers/compute-child.ts')).toEqual([]);
  });

  test('a worker loads the code of its role alone', () => {
    expect(among('workers/main.ts', /-worker\.ts/)).toEqual([]);
  });

  test('the worker of a site knows no catalog, and leaves the reading of tables to DuckDB when it is asked', () => {
    expect(among('workers/site-worker.ts', /@prisma|libsql|@duckdb|@aws-sdk/)).toEqual([]);
  });

  test('a control worker knows one kind of catalog, and no tables', () => {
    expect(among('workers/control-worker.ts', /adapter-pg|libsql|@duckdb|@aws-sdk/)).toEqual([]);
  });
});

test('what is imported by way of other files is found', () => {
  expect(loadedAtStart('workers/site-worker.ts').get('@temporalio/client')).toMatch(
    /^workers\/site-worker\.ts → .+ → @temporalio\/client$/,
  );
});
