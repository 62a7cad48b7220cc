import { credentials, type ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';
import { keywardGrpc, type EffectiveKeysClient, type KeyChangesClient } from '@keyward/contracts';

/** How the server is trusted and, where it requires that, how the worker shows itself (mTLS). PEM. */
export interface ClientTls {
  /** The authority that signed the server's certificate; the system's own when left out. */
  readonly rootCertificates?: Buffer;
  readonly privateKey?: Buffer;
  readonly certificateChain?: Buffer;
  /** The name in the server's certificate, when it is not the target's. */
  readonly serverName?: string;
}

export type TlsOption = ClientTls | 'insecure';

/** 500 keys of the largest size that the server takes. */
const MAX_RECEIVE_BYTES = 64 * 1024 * 1024;

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
  // A server that vanished without a word is noticed within the sum of the two.
  'grpc.keepalive_time_ms': 15_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
  // The default backs off to two minutes, during which every lookup would fail at once.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  // Retries are the client's own: they know the deadline and what the server said.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
};

export function effectiveKeysAt(target: string, tls: TlsOption): EffectiveKeysClient {
  const client = new keywardGrpc.keyward.v1.EffectiveKeys(target, credentialsOf(tls), optionsOf(tls));
  return client;
}

export function keyChangesAt(target: string, tls: TlsOption): KeyChangesClient {
  const client = new keywardGrpc.keyward.v1.KeyChanges(target, credentialsOf(tls), optionsOf(tls));
  return client;
}

function credentialsOf(tls: TlsOption): ChannelCredentials {
  if (tls === 'insecure') return credentials.createInsecure();
  const { rootCertificates, privateKey, certificateChain } = tls;
  return credentials.createSsl(rootCertificates ?? null, privateKey ?? null, certificateChain ?? null);
}

function optionsOf(tls: TlsOption): ChannelOptions {
  if (tls === 'insecure' || tls.serverName === undefined) return CHANNEL_OPTIONS;
  return {
    ...CHANNEL_OPTIONS,
    'grpc.ssl_target_name_override': tls.serverName,
    'grpc.default_authority': tls.serverName,
  };
}
