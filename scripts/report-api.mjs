// pnpm api: writes the public declarations of every entry point to packages/*/api, where a change of them is a
// change that a reviewer sees.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import ts from 'typescript';
import { prepareWorkspace, publishedPackages, root } from './prepare-workspace.mjs';

/**
 * Compares the reports with what was built, or writes them anew.
 *
 * @throws Error that names the entry points whose report isn't current
 */
export async function checkApiReports({ write }) {
  await prepareWorkspace();
  const outdated = publishedPackages.flatMap((name) =>
    entryPointsOf(name)
      .filter((entry) => !isCurrent(name, entry, write))
      .map((entry) => `packages/${name}/api/${entry}.api.md`),
  );
  if (outdated.length > 0) throw new Error(`${outdated.join(', ')}: run pnpm api and look at the difference`);
}

function entryPointsOf(name) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.values(manifest.exports).map((entry) => path.basename(entry.import.default, '.js'));
}

function isCurrent(name, entry, write) {
  const projectFolder = path.join(root, 'packages', name);
  const reportFolder = path.join(projectFolder, 'api');
  const temporary = path.join(projectFolder, 'node_modules', '.api');
  mkdirSync(temporary, { recursive: true });
  mkdirSync(reportFolder, { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(projectFolder, 'package.json'),
    configObject: {
      projectFolder,
      mainEntryPointFilePath: path.join(projectFolder, 'dist', `${entry}.d.ts`),
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: compilerOptions }, skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFileName: `${entry}.api.md`,
        reportFolder: temporary,
        reportTempFolder: path.join(temporary, 'new'),
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'none' } },
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  Extractor.invoke(config, { localBuild: true, messageCallback: silence });
  const produced = readFileSync(path.join(temporary, `${entry}.api.md`), 'utf8');
  const report = path.join(reportFolder, `${entry}.api.md`);
  const isSame = existsSync(report) && sortUnions(readFileSync(report, 'utf8')) === sortUnions(produced);
  if (write && !isSame) writeFileSync(report, produced);
  return isSame;
}

/** The compiler lists the members of a union in an order that differs from one build to the next. */
function sortUnions(report) {
  const [, code = ''] = /```ts\n(.*)```/s.exec(report) ?? [];
  const source = ts.createSourceFile('report.d.ts', code, ts.ScriptTarget.Latest);
  const printer = ts.createPrinter();
  const textOf = (node) => printer.printNode(ts.EmitHint.Unspecified, node, source);
  const sorted = ts.transform(source, [
    (context) => {
      const visit = (node) => {
        const visited = ts.visitEachChild(node, visit, context);
        if (!ts.isUnionTypeNode(visited)) return visited;
        const members = visited.types.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
        return context.factory.createUnionTypeNode(members);
      };
      return (file) => ts.visitEachChild(file, visit, context);
    },
  ]);
  return sorted.transformed.map(textOf).join('');
}

const compilerOptions = {
  target: 'es2022',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  // The console's code for browsers names what they have.
  lib: ['es2023', 'dom'],
  strict: true,
  skipLibCheck: true,
  types: ['node'],
};

function silence(message) {
  message.handled = true;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await checkApiReports({ write: process.argv.includes('--write') });
