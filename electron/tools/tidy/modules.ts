import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { parseSync } from 'vite';

/** Repository root. */
export const root = resolve(import.meta.dirname, '../../..');

/** What the tests look at in one TypeScript file. Paths are relative to the root, with forward slashes. */
export interface Module {
  path: string;
  lines: number;
  /** Files of this repository that it imports, types included. */
  local: { path: string; typeOnly: boolean }[];
  /** Packages it imports (`node:fs`, `react`, `@playwright/test`). */
  packages: string[];
  /** Names of impure or asynchronous language and API features it uses, with their line. */
  impure: { what: string; line: number }[];
}

type Node = { type: string; start: number; [field: string]: unknown };

const folders = ['shared', 'electron', 'renderer', 'e2e'];

function* sourceFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== 'testdata' && entry.name !== 'screenshots') yield* sourceFiles(path);
    } else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) yield path;
  }
}

/** Every TypeScript file of the repository. */
export function readModules(): Map<string, Module> {
  const modules = new Map<string, Module>();
  for (const path of [...folders.flatMap((folder) => [...sourceFiles(folder)]), 'electron.vite.config.ts'])
    modules.set(path, readModule(path));
  return modules;
}

/** Parses one file. */
export function readModule(path: string, text = readFileSync(join(root, path), 'utf8')): Module {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message ?? 'cannot be parsed'}`);
  const found: Module = {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    local: [],
    packages: [],
    impure: [],
  };
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  walk(program as unknown as Node, undefined, (node, parent) => {
    const source = importSource(node);
    if (source) addImport(found, source.text, source.typeOnly);
    const what = impurity(node, parent);
    if (what) found.impure.push({ what, line: lineOf(node.start) });
  });
  return found;
}

function walk(node: Node, parent: Node | undefined, visit: (node: Node, parent: Node | undefined) => void): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object' && typeof (child as Node).type === 'string')
        walk(child as Node, node, visit);
    }
  }
}

function importSource(node: Node): { text: string; typeOnly: boolean } | undefined {
  const literal = (node.source ?? (node.type === 'TSImportType' ? node.argument : undefined)) as Node | null | undefined;
  if (
    !['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression', 'TSImportType'].includes(
      node.type,
    )
  )
    return undefined;
  const text = literal?.value ?? (literal?.literal as Node | undefined)?.value;
  if (typeof text !== 'string') return undefined;
  return { text, typeOnly: node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type' };
}

function addImport(module: Module, text: string, typeOnly: boolean): void {
  const alias = text.replace(/^#shared\//, 'shared/').replace(/^#engine\//, 'electron/engine/');
  if (text.startsWith('.') || alias !== text) {
    const bare = text.replace(/\?.*$/, '');
    const path = alias === text ? normalize(join(dirname(module.path), bare)).replaceAll('\\', '/') : alias;
    module.local.push({ path, typeOnly });
    return;
  }
  const [scope, name] = text.split('/');
  module.packages.push(text.startsWith('node:') ? text : text.startsWith('@') ? `${scope}/${name}` : scope!);
}

const globals = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'structuredClone',
]);

function name(node: unknown): string | undefined {
  const found = node as Node | undefined;
  return found?.type === 'Identifier' ? (found.name as string) : undefined;
}

/** An identifier that is read as a variable (not a property, key or label of that name). */
function isReference(node: Node, parent: Node | undefined): boolean {
  if (!parent) return true;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed === true;
  if (parent.type === 'Property' || parent.type === 'PropertyDefinition' || parent.type === 'MethodDefinition')
    return parent.value === node && parent.shorthand !== true;
  return !/^TS(?:PropertySignature|MethodSignature|TypeReference|QualifiedName|EnumMember|TypeParameter|NamedTupleMember|FunctionType)/.test(
    parent.type,
  );
}

function impurity(node: Node, parent: Node | undefined): string | undefined {
  if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await === true)) return 'await';
  if (node.async === true) return 'async';
  if (node.type === 'MemberExpression') {
    const path = `${name(node.object) ?? ''}.${name(node.property) ?? ''}`;
    if (path === 'Math.random' || /^(?:performance|Intl|process|console|crypto)\./.test(path)) return path;
    const property = name(node.property) ?? '';
    if (/^(?:localeCompare|toLocale\w+)$/.test(property)) return property;
  }
  if (node.type === 'Identifier' && isReference(node, parent)) {
    const used = node.name as string;
    if (globals.has(used)) return used;
    // Date.UTC and Date.parse of full RFC 3339 texts are pure; the clock and the locale are not.
    if (used === 'Date' && !isPureDate(parent)) return 'Date';
  }
  return undefined;
}

function isPureDate(parent: Node | undefined): boolean {
  if (parent?.type === 'MemberExpression') return ['UTC', 'parse'].includes(name(parent.property) ?? '');
  return parent?.type === 'NewExpression' && (parent.arguments as unknown[]).length > 0;
}

/** Where an import leads that does not exist; undefined when it does. */
export function missing(path: string): string | undefined {
  return existsSync(join(root, path)) ? undefined : relative(root, join(root, path));
}
