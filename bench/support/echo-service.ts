import { create, createFileRegistry, type DescMethod, type DescService } from '@bufbuild/protobuf';
import {
  file_google_protobuf_wrappers,
  FileDescriptorProtoSchema,
  type StringValueSchema,
} from '@bufbuild/protobuf/wkt';

type EchoMethod = DescMethod & {
  methodKind: 'unary';
  input: typeof StringValueSchema;
  output: typeof StringValueSchema;
};

const WRAPPERS = 'google/protobuf/wrappers.proto';
const STRING = '.google.protobuf.StringValue';

const file = create(FileDescriptorProtoSchema, {
  name: 'petri/bench/echo.proto',
  package: 'petri.bench',
  syntax: 'proto3',
  dependency: [WRAPPERS],
  service: [{ name: 'EchoService', method: [{ name: 'Echo', inputType: STRING, outputType: STRING }] }],
});

/** Answers a string with itself: the least that a unary call can do. */
export const EchoService = createFileRegistry(file, (name) =>
  name === WRAPPERS ? file_google_protobuf_wrappers : undefined,
).getService('petri.bench.EchoService') as Omit<DescService, 'method'> & { method: { echo: EchoMethod } };
