import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';

import { AmalurError } from '../errors.js';

const TAG_BYTES = 16;

/**
 * A secret shared by silos through a coordinator that must not learn it: X25519 agreement, HKDF-SHA-256, AES-256-GCM.
 * Keys and sealed secrets travel as base64. Nobody vouches for the public keys: this holds against a coordinator that
 * passes messages on and reads them, not against one that replaces them.
 */
export interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

export function createKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  };
}

export function createSecret(): Uint8Array {
  return randomBytes(32);
}

/** Seals a secret so that only the holder of the private key can open it. */
export function seal(secret: Uint8Array, recipient: string): string {
  const ephemeral = createKeyPair();
  const nonce = randomBytes(12);
  const cipher = createCipheriv(
    'aes-256-gcm',
    sharedKey(ephemeral.privateKey, recipient, ephemeral.publicKey),
    nonce,
    { authTagLength: TAG_BYTES },
  );
  const body = Buffer.concat([cipher.update(secret), cipher.final()]);
  return [Buffer.from(ephemeral.publicKey, 'base64'), nonce, body, cipher.getAuthTag()]
    .map((part) => part.toString('base64'))
    .join('.');
}

/** @throws AMALUR_BLOB_CORRUPT if it was sealed for another key or altered on the way */
export function open(sealed: string, privateKey: string): Uint8Array {
  try {
    return decipher(sealed, privateKey);
  } catch (error) {
    const message = 'the secret of the run was sealed for another silo, or altered on the way';
    const hints = { suggestion: 'run the job again; if it fails again, somebody meddles with the messages' };
    throw new AmalurError('AMALUR_BLOB_CORRUPT', message, hints, { cause: error });
  }
}

function decipher(sealed: string, privateKey: string): Uint8Array {
  const [ephemeral, nonce, body, tag, ...more] = sealed.split('.');
  if (
    ephemeral === undefined ||
    nonce === undefined ||
    body === undefined ||
    tag === undefined ||
    more.length
  )
    throw new Error('a sealed secret has four parts');
  const decipher = createDecipheriv(
    'aes-256-gcm',
    sharedKey(privateKey, ephemeral, ephemeral),
    Buffer.from(nonce, 'base64'),
    // Without a length a tag cut to four bytes would do, which can be guessed.
    { authTagLength: TAG_BYTES },
  );
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  return Buffer.concat([decipher.update(Buffer.from(body, 'base64')), decipher.final()]);
}

function sharedKey(privateKey: string, publicKey: string, salt: string): Buffer {
  const secret = diffieHellman({
    privateKey: createPrivateKey({ key: Buffer.from(privateKey, 'base64'), type: 'pkcs8', format: 'der' }),
    publicKey: createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' }),
  });
  return Buffer.from(hkdfSync('sha256', secret, salt, 'amalur run secret', 32));
}
