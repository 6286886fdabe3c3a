// Writes a page for every entry point of the published packages, made from its doc comments: to `api`.
// `node write-reference.mjs NAME=FILE ...`: the entry points, as users import them, and their sources.
import path from 'node:path';
import { Application } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';

const entryPoints = process.argv.slice(2).map((argument) => argument.split('='));
const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: entryPoints.map(([, file]) => file),
  tsconfig: '../tsconfig.json',
  name: 'API reference',
  readme: 'none',
  excludePrivate: true,
  disableSources: true,
  skipErrorChecking: true,
  validation: { notExported: false },
  // The types of whole machines would fill a book.
  maxTypeConversionDepth: 3,
  // Settings of the plugin.
  outputFileStrategy: 'modules',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  hidePageTitle: false,
  pageTitleTemplates: { module: ({ name }) => name },
  useCodeBlocks: true,
  expandObjects: false,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  enumMembersFormat: 'table',
  sanitizeComments: true,
});
app.renderer.on(MarkdownPageEvent.END, (page) => {
  // VitePress makes `error-codes` of the heading ERROR_CODES.
  page.contents = page.contents?.replaceAll(/\]\([^)\s]*#[^)\s]+\)/g, (link) => link.replaceAll('_', '-'));
});
const project = await app.convert();
if (!project) throw new Error('the sources could not be read');
for (const module of project.children ?? []) {
  const named = entryPoints.find(([, file]) => path.dirname(file).endsWith(`/${module.name}`));
  if (!named) throw new Error(`${module.name} is no entry point`);
  module.name = named[0];
}
await app.outputs.writeOutput({ name: 'markdown', path: 'api' }, project);
if (app.logger.hasErrors()) process.exitCode = 1;
