import { readFileSync } from 'node:fs';
import { AmalurError } from '../../core/errors.js';
import type { CodecKeysAt } from '../../core/config/index.js';

/** A key of AES-256 with the id by which a sealed payload names it. */
export interface CodecKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/**
 * The keys of an installation: the first seals, all open. From where the configuration says, else from the file that
 * `AMALUR_CODEC_KEYS_FILE` names, else from `AMALUR_CODEC_KEYS` itself; none where nothing is said.
 * @throws AMALUR_CODEC_KEY when keys are asked for that can't be had
 */
export function loadKeys(
  at: CodecKeysAt | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): CodecKey[] {
  if (at && 'variable' in at) {
    const text = environment[at.variable] ?? '';
    if (text.trim() !== '') return parseKeys(text, at.variable);
    throw new AmalurError('AMALUR_CODEC_KEY', `the environment has no keys in ${at.variable}`, {
      field: 'codec.keysVariable',
      suggestion: `set ${at.variable} where this process starts`,
    });
  }
  const { AMALUR_CODEC_KEYS_FILE, AMALUR_CODEC_KEYS = '' } = environment;
  const file = at?.file ?? AMALUR_CODEC_KEYS_FILE ?? '';
  if (file !== '') return parseKeys(textOf(file), file);
  return AMALUR_CODEC_KEYS.trim() === '' ? [] : parseKeys(AMALUR_CODEC_KEYS, 'AMALUR_CODEC_KEYS');
}

/** `ID:BASE64` a line, or with commas between; what follows a # is a comment. Never quotes a key. */
export function parseKeys(text: string, source: string): CodecKey[] {
  const lines = text.split(/[\n,]/).map((line) => line.replace(/#.*/, '').trim());
  const keys = lines.filter(Boolean).map((line, at): CodecKey => {
    const [, id = '', base64 = ''] = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const key = Buffer.from(base64, 'base64');
    if (id !== '' && key.length === 32) return { id, key };
    throw new AmalurError(
      'AMALUR_CODEC_KEY',
      `key ${at + 1} of ${source} is not ID:KEY of 32 bytes in base64`,
      {
        suggestion: 'make one by: echo "2026-01:$(openssl rand -base64 32)"',
      },
    );
  });
  const repeated = keys.find(({ id }, at) => keys.findIndex((other) => other.id === id) < at);
  if (repeated !== undefined) {
    throw new AmalurError('AMALUR_CODEC_KEY', `${source} has two keys of the id ${repeated.id}`, {
      suggestion: 'a new key needs a new id: payloads name the key by it',
    });
  }
  if (keys.length > 0) return keys;
  throw new AmalurError('AMALUR_CODEC_KEY', `${source} has no key`, {
    suggestion: 'write one a line: ID:KEY, or leave the setting out',
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AmalurError(
      'AMALUR_CODEC_KEY',
      `the file of keys ${file} cannot be read`,
      { field: 'codec.keysFile', suggestion: 'see that it is there and that this user may read it' },
      { cause: error },
    );
  }
}
