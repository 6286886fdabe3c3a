// pnpm run generate: writes src/generated/cart-checkout.ts from the proto. protobufjs reads it and ts-proto writes it:
// nothing is downloaded, no compiler is installed. With --check it only says whether the file is current.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import 'protobufjs/ext/descriptor/index.js';

const require = createRequire(import.meta.url);
const plugin = require.resolve('ts-proto/protoc-gen-ts_proto');
const { CodeGeneratorRequest, CodeGeneratorResponse, FileDescriptorSet } =
  createRequire(plugin)('ts-proto-descriptors');

const NAME = 'cart-checkout';
const parameter = [
  'outputServices=nice-grpc',
  'outputServices=generic-definitions',
  'outputJsonMethods=false',
  'useExactTypes=false',
  'esModuleInterop=true',
  'enumsAsLiterals=true',
  'unrecognizedEnum=false',
  'annotateFilesWithVersion=false',
].join(',');

const proto = fileURLToPath(new URL('../proto/cart_checkout.proto', import.meta.url));
const root = new protobuf.Root();
root.loadSync(proto, { keepCase: true });
root.resolveAll();
const descriptors = root.toDescriptor('proto3');
const set = FileDescriptorSet.decode(descriptors.constructor.encode(descriptors).finish());
const file = set.file.find(({ messageType }) => messageType.length > 0);
file.name = `${NAME}.proto`;
// protobufjs names types as the proto does, plugins want them whole.
const whole = (name) => (name === '' || name.startsWith('.') ? name : `.${file.package}.${name}`);
for (const message of file.messageType)
  for (const field of message.field) field.typeName = whole(field.typeName);
for (const service of file.service) {
  for (const method of service.method) {
    method.inputType = whole(method.inputType);
    method.outputType = whole(method.outputType);
  }
}
const request = CodeGeneratorRequest.fromPartial({
  fileToGenerate: [file.name],
  parameter,
  protoFile: [file],
});

const { status, stdout, stderr } = spawnSync(process.execPath, [plugin], {
  input: CodeGeneratorRequest.encode(request).finish(),
});
if (status !== 0) throw new Error(`ts-proto failed: ${stderr}`);
const [written] = CodeGeneratorResponse.decode(stdout).file;
const target = fileURLToPath(new URL(`../src/generated/${NAME}.ts`, import.meta.url));
// Whoever reads the file should know where it comes from; linters leave it alone.
const content = written.content.replace(
  '/* eslint-disable */',
  '// Made by `pnpm run generate` from proto/cart_checkout.proto.',
);
if (!process.argv.includes('--check')) writeFileSync(target, content);
else if (readFileSync(target, 'utf8') !== content) {
  console.error('src/generated is not what the proto makes: run `pnpm run generate`');
  process.exitCode = 1;
}
