import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/** Oldest runtime the window is tested on; newer ones run it too. */
const chromium = 'chrome130';
const node = 'node20.18';

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: node,
      // One file starts faster than a hundred.
      externalizeDeps: false,
      rollupOptions: { input: { main: 'electron/main.ts' }, output: { format: 'es' } },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: node,
      // A sandboxed preload cannot require anything but electron: everything else is bundled.
      externalizeDeps: false,
      rollupOptions: { input: { preload: 'electron/preload.ts' }, output: { format: 'cjs', entryFileNames: 'preload.cjs' } },
    },
  },
  renderer: {
    root: 'renderer',
    base: './',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      // electron-vite leaves the page as it is unless told: less text to read is a faster start.
      minify: true,
      target: chromium,
      modulePreload: { polyfill: false },
      // Data URLs would need a wider content security policy.
      assetsInlineLimit: 0,
      rollupOptions: { input: { index: 'renderer/index.html' } },
    },
  },
});
