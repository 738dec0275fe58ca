import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { logLine, readableLine, writeLine } from '../../../workers/telemetry/log-line.js';
import { logSettings } from '../../../workers/telemetry/log-settings.js';
import { createLogger } from '../../../workers/telemetry/logger.js';

const shop = { role: 'silo', silo: 'shop' } as const;
const at = new Date(0);

describe('a line of a log', () => {
  test('says when, how bad, what, who, which run and which round, as JSON on one line', () => {
    const meta = { workflowId: 'train-1', workflowRunId: 'later', execution: 'first', round: 3 };
    const line = writeLine(logLine('INFO', 'two\nlines', meta, shop, at), 'json');
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      message: 'two\nlines',
      role: 'silo',
      silo: 'shop',
      run: 'train-1',
      execution: 'first',
      round: 3,
    });
  });

  test('has nothing of what a library hands over beside names, ids and numbers', () => {
    const meta = {
      input: [{ name: 'canary' }],
      taskToken: 'canary',
      headers: { a: 'canary' },
      code: { a: 'canary' },
    };
    expect(writeLine(logLine('WARN', 'odd', meta, shop, at), 'json')).not.toContain('canary');
  });

  test('tells an error of a person by code and message, a defect with its stack, and no cause of either', () => {
    const cause = new Error('canary');
    const known = ApplicationFailure.create({
      message: 'no such table',
      type: 'AMALUR_UNKNOWN_TABLE',
      cause,
    });
    expect(logLine('WARN', 'm', { error: known }, shop, at)['error']).toEqual({
      type: 'AMALUR_UNKNOWN_TABLE',
      message: 'no such table',
    });
    const defect = new TypeError('x is undefined', { cause });
    const line = writeLine(logLine('ERROR', 'm', { error: defect }, shop, at), 'json');
    expect(JSON.parse(line).error.stack).toContain('log-line.test.ts');
    expect(line).not.toContain('canary');
  });

  test('reads as text for a person, from what was written as JSON too', () => {
    const line = logLine('WARN', 'slow', { workflowId: 'train-1', round: 3 }, shop, at);
    const text = '1970-01-01T00:00:00.000Z WARN  silo shop: slow  run=train-1 round=3';
    expect(writeLine(line, 'text')).toBe(text);
    expect(readableLine(writeLine(line, 'json'))).toBe(text);
    for (const other of ['not JSON', '{"a":1}', 'null', '']) expect(readableLine(other)).toBe(other);
  });
});

describe('settings of the log', () => {
  test('are JSON from info on where nothing is said, and text at a terminal', () => {
    expect(logSettings({}, false)).toEqual({ level: 'INFO', format: 'json' });
    expect(logSettings({ AMALUR_LOG: '' }, true)).toEqual({ level: 'INFO', format: 'text' });
    expect(logSettings({ AMALUR_LOG: 'Debug', AMALUR_LOG_FORMAT: 'text' }, false)).toEqual({
      level: 'DEBUG',
      format: 'text',
    });
  });

  test('that do not exist are refused by name', () => {
    const refused = (environment: Record<string, string>) => () => logSettings(environment, false);
    expect(refused({ AMALUR_LOG: 'loud' })).toThrow(expect.objectContaining({ field: 'AMALUR_LOG' }));
    expect(refused({ AMALUR_LOG_FORMAT: 'xml' })).toThrow('AMALUR_LOG_FORMAT is none of json, text');
  });

  test('hold back what is less than the level', () => {
    const lines: string[] = [];
    const logger = createLogger(shop, { level: 'WARN', format: 'text' }, (line) => lines.push(line));
    logger.info('unheard');
    logger.warn('heard');
    expect(lines).toHaveLength(1);
  });
});
