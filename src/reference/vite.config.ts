import { defineConfig } from 'vite'

/**
 * The reference at `GET /docs/`, built to dist/reference. Every URL in it is relative, so it works behind any path, and
 * nothing is inlined, so the server's `default-src 'self'` needs no exception.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: '../../dist/reference',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
})
