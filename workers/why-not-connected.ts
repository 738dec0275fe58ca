import type { TLSConfig } from '@temporalio/client';
import { AmalurError } from '../core/errors.js';
import { openClientConnection } from './client-connection.js';
import type { ServerAccess } from './run-workers.js';
import { tlsHandshake, type Handshake } from './tls-handshake.js';

type Access = ServerAccess['connection'];

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);
const OUT_OF_DATE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const NOBODY = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'SILENT',
]);
/** gRPC's PERMISSION_DENIED and UNAUTHENTICATED. */
const KEY_REFUSED: readonly unknown[] = [7, 16];

/**
 * Why no connection to the Temporal server comes about: gRPC mostly says only that there is none, so the steps are made again one by
 * one. What it says holds no certificate and no key.
 * @param cause what gRPC has thrown
 */
export async function whyNotConnected(access: Access, cause: unknown): Promise<AmalurError> {
  const address = access.address ?? 'localhost:7233';
  const [message, suggestion] = (await refusal(address, access, cause)) ?? [];
  if (message !== undefined && suggestion !== undefined) {
    return new AmalurError('AMALUR_SERVER_REFUSED', `the Temporal server at ${address} ${message}`, {
      suggestion,
    });
  }
  return new AmalurError(
    'AMALUR_SERVER_UNREACHABLE',
    `no Temporal server answers at ${address}`,
    {
      suggestion:
        'start one (`amalur up` on one machine), or name the right one by TEMPORAL_ADDRESS or TEMPORAL_PROFILE',
    },
    { cause },
  );
}

/** Alerts of a server about the certificate that it got, or did not get. */
const OF_CERTIFICATE = /ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/;

type Refusal = readonly [message: string, suggestion: string];

async function refusal(address: string, access: Access, cause: unknown): Promise<Refusal | undefined> {
  if (isKeyRefused(cause)) return keyRefused(access);
  const tls = tlsOf(access);
  const outcome = await tlsHandshake(address, tls);
  if (NOBODY.has(outcome)) return undefined;
  if (tls === undefined) {
    // A server that asks for a certificate has made half of the handshake.
    return outcome === 'SECURE' || outcome === 'CLOSED' || outcome.includes('ALERT')
      ? [
          'speaks TLS, and the profile does not',
          'set TEMPORAL_TLS=true, or write a section tls into the profile',
        ]
      : undefined;
  }
  if (outcome !== 'SECURE') return ofHandshake(outcome, tls);
  return (await answersByKey(access)) ? undefined : keyRefused(access);
}

function ofHandshake(outcome: Handshake, { serverNameOverride, clientCertPair }: TLSConfig): Refusal {
  const ownCertificate =
    "set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH (client_cert_path and client_key_path of the profile) to a pair that the server's authority has signed";
  if (UNKNOWN_AUTHORITY.has(outcome)) {
    return [
      'has a certificate of an authority that is not trusted here',
      'set TEMPORAL_TLS_SERVER_CA_CERT_PATH (server_ca_cert_path of the profile) to the certificate of the authority that has signed it',
    ];
  }
  if (OUT_OF_DATE.has(outcome))
    return ['has a certificate that is not valid today', "renew it, or set this machine's clock"];
  if (outcome === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return [
      `has a certificate for another name${serverNameOverride ? ` than ${serverNameOverride}` : ''}`,
      'set TEMPORAL_TLS_SERVER_NAME (server_name of the profile) to a name that is in its certificate',
    ];
  }
  if (OF_CERTIFICATE.test(outcome) || outcome === 'CLOSED') {
    return [
      clientCertPair
        ? 'does not accept the certificate of the profile'
        : 'asks for a certificate, and the profile has none',
      ownCertificate,
    ];
  }
  if (outcome.includes('ALERT')) {
    return [
      `breaks off the handshake of TLS (${outcome})`,
      'name the port at which it speaks gRPC, by TEMPORAL_ADDRESS, without anything between that speaks for it',
    ];
  }
  if (outcome.startsWith('ERR_OSSL'))
    return [
      'cannot be asked: certificate and key of the profile are not a pair of PEM files',
      ownCertificate,
    ];
  return [
    'does not speak TLS, as the profile wants it',
    'set TEMPORAL_TLS=false, or name the port at which it does',
  ];
}

function keyRefused({ apiKey }: Access): Refusal {
  return apiKey === undefined
    ? ['asks for an API key, and the profile has none', 'set TEMPORAL_API_KEY, or api_key of the profile']
    : [
        'does not accept the API key',
        'set TEMPORAL_API_KEY (api_key of the profile) to one that is valid for the namespace',
      ];
}

/** An API key goes over TLS unless TLS is forbidden. */
function tlsOf({ tls, apiKey }: Access): TLSConfig | undefined {
  if (typeof tls === 'object' && tls !== null) return tls;
  return tls === true || (tls === undefined && apiKey !== undefined) ? {} : undefined;
}

/** The client library puts the answer with its status into the cause of what it throws. */
function isKeyRefused(error: unknown): boolean {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return KEY_REFUSED.includes(code) || (cause instanceof Error && isKeyRefused(cause));
}

/** Asks by the library that tells the status of an answer as a number. */
async function answersByKey(access: Access): Promise<boolean> {
  try {
    const connection = await openClientConnection(access);
    await connection.close();
    return true;
  } catch (error) {
    return !isKeyRefused(error);
  }
}
