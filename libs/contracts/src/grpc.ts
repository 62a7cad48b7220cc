import { loadPackageDefinition, type GrpcObject } from '@grpc/grpc-js';
import { fromJSON, type PackageDefinition } from '@grpc/proto-loader';
import type { INamespace } from 'protobufjs';
import { descriptor } from './generated/descriptor.js';
import type { ProtoGrpcType } from './generated/keyward.js';

/** How messages look in memory; server and SDK share it so that the generated types hold for both. */
const LOADER_OPTIONS = { longs: String, enums: String, defaults: true, oneofs: true } as const;

/** The package definition of `keyward.v1`, for servers, reflection and clients. */
export const keywardPackageDefinition: PackageDefinition = fromJSON(descriptor as INamespace, LOADER_OPTIONS);

/** Client constructors and service definitions of `keyward.v1`, typed. */
export const keywardGrpc = loadPackageDefinition(keywardPackageDefinition) as GrpcObject & ProtoGrpcType;
