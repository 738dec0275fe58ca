import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RunCancelled } from '../../../client/run-cancelled.js';
import { AmalurError } from '../../../core/errors.js';
import { amalur, json, refused } from '../../support/command-in-process.js';
import { server } from '../../support/fake-client.js';
import { flightsJob } from '../../support/flights-job.js';

vi.mock('../../../client/connect.js', () => ({
  connect: () => Promise.resolve({ connection: { close: () => Promise.resolve() } }),
}));
vi.mock('../../../client/amalur-client.js', () => import('../../support/fake-client.js'));

const folder = mkdtempSync(path.join(tmpdir(), 'amalur-cli-'));
const job = path.join(folder, 'job.json');
writeFileSync(job, JSON.stringify(flightsJob));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  Object.assign(server, { asked: [], answers: {} });
});
const USAGE = { exit: 2, code: 'AMALUR_WRONG_USAGE' };

describe('wrong usage ends with 2, and says as JSON what and where', () => {
  test.each<[string, string | undefined, string[]]>([
    ['an unknown command', 'trian', ['trian']],
    ['an unknown option', '--paus', ['runs', 'r', '--paus']],
    ['no command', undefined, []],
    ['no command of a group', undefined, ['schedule']],
    ['no job', undefined, ['train']],
    ['no job to retrain', 'job', ['retrain']],
    ['no model to promote', 'model', ['promote']],
    ['no schedule', 'id', ['schedule', 'delete']],
    ['no cron', '--cron', ['schedule', 'health']],
    ['an option without its value', '--resume-from', ['train', '--resume-from']],
    ['a tolerance that is no number', '--tolerance', ['runs', 'r', '--tolerance', 'small']],
    ['a tolerance of 0', '--tolerance', ['runs', 'r', '--tolerance', '0']],
    ['rounds below 0', '--max-rounds', ['runs', 'r', '--max-rounds', '-1']],
    ['too many to list', '--limit', ['runs', '--limit', '5000']],
    ['a margin of text', '--margin', ['retrain', 'job.json', '--margin', 'much']],
    ['two requests at once', undefined, ['runs', 'r', '--pause', '--stop']],
    ['a request and a tolerance', undefined, ['runs', 'r', '--resume', '--tolerance', '0.1']],
    ['to watch and to cancel', '--follow', ['runs', 'r', '--follow', '--cancel']],
    ['a request of no run', undefined, ['runs', '--pause']],
    ['rules of a retraining without one', undefined, ['schedule', 'create', 'j', '--cron', 'c', '--force']],
    ['a copy that nobody waits for', undefined, ['predict', 'm', '-d', '--output', 'x.csv']],
  ])('%s', async (_what, field, args) => {
    const error = await refused(...args);
    expect(error).toMatchObject({ ...USAGE, ...(field !== undefined && { field }) });
    expect(error.suggestion).toContain('--help');
    expect(server.asked).toEqual([]);
  });
});

describe('to steer a run', () => {
  test.each<[string[], unknown, unknown[]]>([
    [['--pause'], 'pause', ['pause']],
    [['--resume'], 'resume', ['resume']],
    [['--stop'], 'stop', ['stopEarly']],
    [['--tolerance', '1e-6'], { tolerance: 1e-6 }, ['setTolerance', { tolerance: 1e-6 }]],
    [['--max-rounds', '70'], { maxRounds: 70 }, ['setTolerance', { maxRounds: 70 }]],
    [
      ['--tolerance', '0.5', '--max-rounds', '7'],
      { tolerance: 0.5, maxRounds: 7 },
      ['setTolerance', { tolerance: 0.5, maxRounds: 7 }],
    ],
  ])('%j asks it once, and says what was asked', async (options, asked, call) => {
    expect(await json('runs', 'train-x', ...options)).toEqual({ run: 'train-x', asked });
    expect(server.asked).toEqual([call]);
    const { code, out, err } = await amalur('runs', 'train-x', ...options);
    expect([code, out]).toEqual([0, '']);
    expect(err).toContain('The run train-x ');
  });

  test('one that is unknown, or over, or wants no such thing, ends with 1 and what the server said', async () => {
    for (const [code, field] of [
      ['AMALUR_UNKNOWN_RUN', undefined],
      ['AMALUR_NOT_STEERABLE', undefined],
      ['AMALUR_WRONG_TYPE', 'maxRounds'],
    ] as const) {
      const hints = { ...(field !== undefined && { field }), suggestion: 'see `amalur runs`' };
      server.answers['setTolerance'] = () => {
        throw new AmalurError(code, 'no such thing of this run', hints);
      };
      expect(await refused('runs', 'r', '--max-rounds', '1.5')).toEqual({
        ...{ exit: 1, code, message: 'no such thing of this run', ...hints },
      });
    }
  });

  test('to cancel tells whether it went on still', async () => {
    server.answers['cancel'] = () => true;
    expect(await json('runs', 'r', '--cancel')).toEqual({ run: 'r', asked: 'cancel' });
    server.answers['cancel'] = () => false;
    expect(await json('runs', 'r', '--cancel')).toEqual({ run: 'r', asked: null });
  });

  test('to watch one that is cancelled elsewhere ends with 130', async () => {
    server.answers['result'] = () => {
      throw new RunCancelled('r', 'cancelled');
    };
    expect(await refused('runs', 'r', '--follow')).toMatchObject({ exit: 130, code: 'AMALUR_RUN_CANCELLED' });
  });

  test('what has no code is told as a defect, with its message and without a stack', async () => {
    server.answers['pause'] = () => {
      throw new TypeError('is not a function');
    };
    expect(await refused('runs', 'r', '--pause')).toEqual({
      ...{ exit: 1, code: 'AMALUR_INTERNAL', message: 'is not a function' },
    });
  });
});

describe('what is started says which run it is', () => {
  test('a training, one that goes on from another, with its job or that of the run, and a retraining', async () => {
    expect(await json('train', job, '-d')).toEqual({ run: 'train-id' });
    expect(await json('train', job, '-d', '--resume-from', 'r')).toEqual({ run: 'train-id' });
    expect(await json('train', '-d', '--resume-from', 'r', '--id', 'own')).toEqual({ run: 'resume-id' });
    expect(await json('retrain', job, '-d', '--margin', '-0.5', '--alias', 'best', '--force')).toEqual({
      run: 'retrain-id',
    });
    expect(server.asked).toEqual([
      ['train', flightsJob, {}],
      ['train', { ...flightsJob, resumeFrom: 'r' }, {}],
      ['resume', 'r', { id: 'own' }],
      ['retrain', { job: flightsJob, margin: -0.5, alias: 'best', force: true }, {}],
    ]);
  });

  test('a run that cannot be gone on from is refused by its field', async () => {
    server.answers['resume'] = () => {
      throw new AmalurError('AMALUR_NOT_RESUMABLE', 'the run r has converged', { field: 'resumeFrom' });
    };
    expect(await refused('train', '--resume-from', 'r')).toMatchObject({
      ...{ exit: 1, code: 'AMALUR_NOT_RESUMABLE', field: 'resumeFrom' },
    });
  });

  test('a job that is none is refused before any server is asked', async () => {
    for (const command of [['train'], ['retrain'], ['plan'], ['schedule', 'create', '--cron', 'c']])
      expect(await refused(...command, path.join(folder, 'no.json'))).toMatchObject({
        ...{ exit: 1, code: 'AMALUR_INVALID_JOB' },
      });
    expect(server.asked).toEqual([]);
  });
});

describe('schedules, aliases, health and garbage', () => {
  const cron = ['--cron', '0 3 * * 1'];

  test('every kind of schedule tells its id, and takes its rules', async () => {
    for (const name of ['schedule', 'scheduleRetraining', 'scheduleInference', 'scheduleHealth'])
      server.answers[name] = () => name;
    expect(await json('schedule', 'create', job, ...cron)).toEqual({ id: 'schedule' });
    expect(await json('schedule', 'create', job, ...cron, '--if-changed', '--margin', '0.1')).toEqual({
      id: 'scheduleRetraining',
    });
    expect(await json('schedule', 'predict', 'm@production', ...cron)).toEqual({ id: 'scheduleInference' });
    expect(await json('schedule', 'health', ...cron, '--paused')).toEqual({ id: 'scheduleHealth' });
    expect(server.asked.map(([name, given]) => [name, given])).toEqual([
      ['schedule', flightsJob],
      ['scheduleRetraining', { job: flightsJob, margin: 0.1 }],
      ['scheduleInference', { model: 'm@production' }],
      ['scheduleHealth', {}],
    ]);
    expect(server.asked[3]?.[2]).toMatchObject({ cron: '0 3 * * 1', paused: true });
  });

  test('a schedule that is deleted or has a turn is named, and one that is unknown refused', async () => {
    for (const [command, method] of [
      ['delete', 'deleteSchedule'],
      ['trigger', 'triggerSchedule'],
    ] as const) {
      expect(await json('schedule', command, 'weekly')).toEqual({ id: 'weekly' });
      server.answers[method] = () => {
        throw new AmalurError('AMALUR_UNKNOWN_RUN', 'there is no schedule x', { suggestion: 'list them' });
      };
      expect(await refused('schedule', command, 'x')).toMatchObject({ exit: 1, code: 'AMALUR_UNKNOWN_RUN' });
    }
  });

  test('lists that are empty are empty lists', async () => {
    server.answers = { ask: () => ({}), schedules: () => [] };
    for (const list of [['runs'], ['models'], ['tables'], ['schedule', 'list']])
      expect(await json(...list)).toEqual([]);
  });

  test('health that is not well ends with 1, and tells all the same', async () => {
    const result = { ok: false, sites: [] };
    server.answers['health'] = () => result;
    const { code, out } = await amalur('health', 'shop', 'crm', '--json');
    expect([code, JSON.parse(out)]).toEqual([1, result]);
    expect(server.asked).toEqual([['health', { silos: ['shop', 'crm'] }]]);
  });

  test('a version is promoted under the alias that is given, and an unknown one refused', async () => {
    server.answers['promote'] = (request) => ({ ...(request as object), before: null });
    expect(await json('promote', 'm@2', '--alias', 'best')).toEqual({
      model: 'm@2',
      alias: 'best',
      before: null,
    });
    server.answers['promote'] = () => {
      throw new AmalurError('AMALUR_UNKNOWN_MODEL', 'there is no model m@7', {
        field: 'model',
        suggestion: 's',
      });
    };
    expect(await refused('promote', 'm@7')).toMatchObject({
      exit: 1,
      code: 'AMALUR_UNKNOWN_MODEL',
      field: 'model',
    });
  });

  test('a collection of garbage tells of each store, and of what was never finished', async () => {
    const shelf = { freed: 1, freedBytes: 10, kept: 2, keptBytes: 20 };
    const stores = [{ store: 'exchange', blobs: shelf, records: shelf, unfinished: 3 }];
    const result = { dryRun: true, before: '2026-01-01T00:00:00.000Z', stores, silent: ['silo.shop'] };
    server.answers['collectGarbage'] = () => result;
    expect(await json('gc', '--dry-run', '--keep-runs', '90d')).toEqual(result);
    expect(server.asked).toEqual([['collectGarbage', { keepRuns: '90d', dryRun: true }]]);
    const { err } = await amalur('gc', '--dry-run');
    expect(err).toContain(
      '3 files and uploads were begun more than a day ago and never finished: would go too',
    );
    expect(err).toContain('No worker answered at silo.shop');
    server.answers['collectGarbage'] = () => {
      throw new AmalurError('AMALUR_INVALID_JOB', 'no span', { field: 'keepRuns', suggestion: '30d' });
    };
    expect(await refused('gc', '--keep-runs', 'soon')).toMatchObject({ exit: 1, field: 'keepRuns' });
  });
});

test('every command has a help that names each of its options, and ends with 0', async () => {
  for (const [command, options] of [
    [['runs'], ['--pause', '--resume', '--stop', '--tolerance', '--max-rounds', '--follow', '--cancel']],
    [['train'], ['--resume-from', '--detach', '--id']],
    [['retrain'], ['--force', '--alias', '--margin', '--detach']],
    [['promote'], ['--alias']],
    [['health'], ['silos']],
    [
      ['schedule', 'create'],
      ['--cron', '--if-changed', '--force', '--margin', '--paused', '--timezone'],
    ],
    [
      ['schedule', 'predict'],
      ['--cron', 'model'],
    ],
    [['schedule', 'health'], ['--cron']],
    [['gc'], ['--keep-runs', '--dry-run']],
  ] as [string[], string[]][]) {
    const { code, out, err } = await amalur(...command, '--help');
    expect([code, err]).toEqual([0, '']);
    for (const option of options) expect(out).toContain(option);
  }
});
