import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ico': 'image/x-icon',
};

/** A file of the built page. */
export interface Asset {
  body: Buffer;
  type: string;
}

/** Reads the file a URL path names below the folder; undefined for anything outside it, of an unknown type or missing. */
export async function readAsset(folder: string, urlPath: string): Promise<Asset | undefined> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  const root = normalize(folder.endsWith(sep) ? folder : folder + sep);
  const path = normalize(join(root, decoded === '/' ? 'index.html' : decoded));
  const type = types[extname(path)];
  if (!path.startsWith(root) || path.includes('\0') || type === undefined) return undefined;
  try {
    return { body: await readFile(path), type };
  } catch {
    return undefined;
  }
}
