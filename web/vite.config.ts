// How the web is built: hashed assets, no inline script or style, and compressed copies beside each
// file for the shop to serve.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import compileMessage from 'icu-minify/compile'
import { defineConfig, type Plugin } from 'vite'
import { readPageTable } from './page-table.ts'

/** The shop never compresses while it serves: each text file gets its .br and .gz once, here. */
function precompress(): Plugin {
  let directory = ''
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      directory = config.build.outDir
    },
    async closeBundle() {
      const files = await readdir(directory, { recursive: true })
      for (const name of files) {
        if (!/\.(js|css|svg|json)$/.test(name)) continue
        const path = join(directory, name)
        const content = await readFile(path)
        await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }))
        await writeFile(
          `${path}.br`,
          brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
        )
      }
    },
  }
}

/** Messages are parsed here, so that no browser loads a parser. */
function precompileMessages(): Plugin {
  const compileAll = (value: unknown): unknown =>
    typeof value === 'string'
      ? compileMessage(value)
      : Object.fromEntries(Object.entries(value as object).map(([key, part]) => [key, compileAll(part)]))
  return {
    name: 'precompile-messages',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/messages\/[a-z]+\.json$/.test(id)) return null
      return { code: JSON.stringify(compileAll(JSON.parse(code))), map: null }
    },
  }
}

/** The font is asked for together with the styles, or the first page is drawn without it. */
function preloadFont(): Plugin {
  return {
    name: 'preload-font',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const fonts = Object.keys(bundle ?? {}).filter((name) => name.endsWith('.woff2'))
        return fonts.map((name) => ({
          tag: 'link',
          injectTo: 'head-prepend',
          attrs: { rel: 'preload', href: `/${name}`, as: 'font', type: 'font/woff2', crossorigin: true },
        }))
      },
    },
  }
}

/** Which addresses have a page, for the shop that serves them. */
function emitPageTable(): Plugin {
  return {
    name: 'emit-page-table',
    apply: 'build',
    generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: '.vite/pages.json',
        source: JSON.stringify(readPageTable(), null, 2),
      })
    },
  }
}

const shop = process.env.SHOP_URL ?? 'http://localhost:3000'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [precompileMessages(), react(), tailwindcss(), preloadFont(), emitPageTable(), precompress()],
  resolve: { alias: { 'use-intl/format-message': 'use-intl/format-message/format-only' } },
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: 'es2022',
    manifest: true,
    // A font or an image inlined as data: would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': { target: shop, changeOrigin: true } } },
})
