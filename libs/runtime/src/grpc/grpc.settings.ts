import { readFileSync } from 'node:fs';
import { setting } from '../settings/setting.js';
import { defineSettings, type SettingsOf } from '../settings/settings.js';
import { SettingsError, type SettingProblem } from '../settings/settings.errors.js';
import type { GrpcServerOptions, GrpcTls } from './grpc-server.js';

/** The settings of every gRPC server. */
export const grpcSettings = defineSettings({
  KEYWARD_GRPC_HOST: setting.string({
    default: '127.0.0.1',
    doc: 'Address the gRPC server listens on; 0.0.0.0 for all (then set the TLS settings, or put a proxy with TLS before it).',
  }),
  KEYWARD_GRPC_PORT: setting.port({ default: 50_051, doc: 'Port of the gRPC server; 0 takes any free one.' }),
  KEYWARD_GRPC_MAX_MESSAGE: setting.bytes({
    default: '1mb',
    min: '64kb',
    max: '16mb',
    doc: 'Largest gRPC request that is accepted.',
  }),
  KEYWARD_GRPC_TLS_CERTIFICATE: setting.path({
    optional: true,
    doc: 'PEM file with the certificate chain of the gRPC server; needs KEYWARD_GRPC_TLS_KEY too.',
  }),
  KEYWARD_GRPC_TLS_KEY: setting.path({
    optional: true,
    doc: 'PEM file with the private key of the gRPC server.',
  }),
  KEYWARD_GRPC_TLS_CLIENT_CA: setting.path({
    optional: true,
    doc: 'PEM file with the authority of client certificates; when set, every client must show one (mTLS).',
  }),
});

export type GrpcSettings = SettingsOf<typeof grpcSettings>;

/**
 * The part of the server's options that comes from the settings; reads the TLS files.
 * @throws SettingsError when a file is missing, or a certificate comes without its key.
 */
export function grpcOptionsFrom(
  settings: GrpcSettings,
): Pick<GrpcServerOptions, 'bind' | 'tls' | 'maxReceiveBytes'> {
  const host = settings.KEYWARD_GRPC_HOST.includes(':')
    ? `[${settings.KEYWARD_GRPC_HOST}]`
    : settings.KEYWARD_GRPC_HOST;
  const tls = tlsFrom(settings);
  return {
    bind: `${host}:${settings.KEYWARD_GRPC_PORT}`,
    maxReceiveBytes: settings.KEYWARD_GRPC_MAX_MESSAGE,
    ...(tls ? { tls } : {}),
  };
}

type TlsName = 'KEYWARD_GRPC_TLS_CERTIFICATE' | 'KEYWARD_GRPC_TLS_KEY' | 'KEYWARD_GRPC_TLS_CLIENT_CA';

function tlsFrom(settings: GrpcSettings): GrpcTls | undefined {
  const problems: SettingProblem[] = [];
  const certificate = readPem(settings, 'KEYWARD_GRPC_TLS_CERTIFICATE', problems);
  const privateKey = readPem(settings, 'KEYWARD_GRPC_TLS_KEY', problems);
  const clientCa = readPem(settings, 'KEYWARD_GRPC_TLS_CLIENT_CA', problems);
  if (problems.length > 0) throw new SettingsError(problems);
  if (certificate && privateKey) return { certificate, privateKey, ...(clientCa ? { clientCa } : {}) };
  if (certificate || privateKey || clientCa) throw halfGiven(certificate);
  return undefined;
}

function halfGiven(certificate: Buffer | undefined): SettingsError {
  const name = certificate ? 'KEYWARD_GRPC_TLS_KEY' : 'KEYWARD_GRPC_TLS_CERTIFICATE';
  return new SettingsError([
    { name, problem: 'must be set too: TLS needs the certificate and its private key.' },
  ]);
}

function readPem(settings: GrpcSettings, name: TlsName, problems: SettingProblem[]): Buffer | undefined {
  const path = settings[name];
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    problems.push({ name, problem: `must name a readable PEM file (${code}): correct it, or leave it out.` });
    return undefined;
  }
}
